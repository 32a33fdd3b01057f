import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { DevkError } from '../base/errors.ts'
import type { KubeApi } from './api.ts'
import { podPath } from './pod-path.ts'
import type { SpdyConnection } from './spdy/connection.ts'

export interface PodDialer extends Disposable {
  /**
   * A connection to a port inside of the pod. It is there at once; that nobody takes it is told by its error, NOT_TAKEN,
   * before anything is read of it.
   */
  dial(pod: string, port: number, signal: AbortSignal): Promise<Duplex>
}

/** Connections that are kept for the next one, a pod. */
const MOST_KEPT = 32
const KEPT_MS = 60_000
const PROTOCOL = 'portforward.k8s.io'

/**
 * Through the API server, to pods of any cluster. Each connection has an upgraded one of its own, so that who does not
 * read holds up nobody else; it is used again after that.
 */
export function podDialer(api: KubeApi, namespace: string): PodDialer {
  const kept = new Map<string, { connection: SpdyConnection; timer: NodeJS.Timeout }[]>()
  const open = new Set<SpdyConnection>()
  let requests = 0

  async function take(pod: string, signal: AbortSignal): Promise<SpdyConnection> {
    const own = kept.get(pod) ?? []
    while (true) {
      const last = own.pop()
      if (!last) break
      clearTimeout(last.timer)
      if (!last.connection.isOver) return last.connection
    }
    const path = podPath(namespace, pod, 'portforward')
    const connection = await api.connect(path, PROTOCOL, signal)
    open.add(connection)
    return connection
  }
  function giveBack(pod: string, connection: SpdyConnection): void {
    const own = kept.get(pod) ?? []
    if (connection.isOver || own.length >= MOST_KEPT) {
      drop(connection)
      return
    }
    const entry = {
      connection,
      timer: setTimeout(() => {
        own.splice(own.indexOf(entry), 1)
        drop(connection)
      }, KEPT_MS).unref(),
    }
    own.push(entry)
    kept.set(pod, own)
  }
  function drop(connection: SpdyConnection): void {
    open.delete(connection)
    connection.close()
  }

  return {
    async dial(pod, port, signal) {
      const connection = await take(pod, signal)
      const headers = { port: String(port), requestid: String(requests++) }
      const complaint = connection.open({ streamtype: 'error', ...headers }, { talks: false })
      const complained = text(complaint).catch(() => '')
      // Both end when nobody took it, in any order: that there is an end must not look like an answer.
      const data = connection.open({ streamtype: 'data', ...headers }, { endsAfter: complained })
      void complained.then(said => said && data.destroy(complaintOf(said)))
      data.once('close', () => {
        const whole = data.readableEnded && data.writableFinished
        // The other side has its say to the end; what was cut off leaves the connection in a state that nobody knows.
        void complained.then(said => (whole && said === '' ? giveBack(pod, connection) : drop(connection)))
      })
      return data
    },
    [Symbol.dispose]() {
      for (const connection of open) connection.close()
      open.clear()
      kept.clear()
    },
  }
}

/** As containerd, CRI-O and the kubelet say it. */
function complaintOf(said: string): Error {
  const dialing = /failed to (connect|dial)|connection refused|not running|not found|unable to upgrade/i
  const message = said.trim()
  return dialing.test(said) ? new DevkError({ code: 'NOT_TAKEN', message }) : new Error(message)
}
