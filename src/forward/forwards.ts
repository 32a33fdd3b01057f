import type { Socket } from 'node:net'
import { type Forward, type ForwardState, formatForward } from '../model/forward.ts'
import { carry } from './carry.ts'
import { type Listening, listen } from './listen.ts'
import { openShares, type Shares } from './shares.ts'
import type { Targets } from './target.ts'

/** All local ports that lead into the cluster. They outlive pods, runs and connections to the API. */
export interface Forwards extends AsyncDisposable {
  /** Listens for it and returns its port, or goes on doing so: no connection notices. Throws PORT_TAKEN, PORT_REFUSED. */
  open(service: string, forward: Forward, targets: Targets): Promise<number>
  /** One more, beside those that are kept: whoever asked for it closes it. */
  lend(service: string, forward: Forward, targets: Targets): Promise<LentForward>
  isOpen(service: string, forward: Forward): boolean
  /** Ends those of the service that are not among these, nor lent, with their connections. */
  keepOnly(service: string, forwards: readonly Forward[]): Promise<void>
  of(service: string): ForwardState[]
}

export interface LentForward extends AsyncDisposable {
  readonly port: number
  /** Resolves once it is closed, by its owner or with all the others. */
  readonly closed: Promise<void>
}

interface Entry {
  service: string
  forward: Forward
  targets: Targets
  listening: Listening
  lent: boolean
  closed: PromiseWithResolvers<void>
  sockets: Set<Socket>
  shares: Shares
  counts: { connections: number; refused: number; bytesIn: number; bytesOut: number }
}

/** No browser waits longer: whoever has less patience goes by itself. */
const PATIENCE_MS = 5 * 60_000

export function openForwards({ onActivity = () => {}, patienceMs = PATIENCE_MS } = {}): Forwards {
  const entries = new Map<string, Entry>()
  const closing = new AbortController()
  let lent = 0
  let last: Promise<unknown> = Promise.resolve()
  // Two who open the same port at once would take it from each other.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work)
    last = turn
    return turn
  }

  function accept(entry: Entry, socket: Socket): void {
    onActivity()
    const { sockets, counts, shares } = entry
    sockets.add(socket)
    counts.connections++
    socket.once('close', () => {
      sockets.delete(socket)
      counts.bytesIn += socket.bytesRead
      counts.bytesOut += socket.bytesWritten
    })
    // The targets may be others by the time that one is needed.
    const targets: Targets = {
      ready: () => entry.targets.ready(),
      changed: signal => entry.targets.changed(signal),
    }
    void carry(socket, targets, {
      patienceMs,
      signal: closing.signal,
      choose: ready => {
        shares.forget(entry.targets.ready())
        return shares.choose(ready)
      },
      onTaken: target => shares.take(target),
    }).then(taken => {
      if (!taken) counts.refused++
    })
  }

  async function begin(key: string, asked: Pick<Entry, 'service' | 'forward' | 'targets' | 'lent'>) {
    const { service, forward } = asked
    const ownerOf = (port: number) => {
      const entry = [...entries.values()].find(({ listening }) => listening.port === port)
      if (!entry) return undefined
      const { lent, forward, service } = entry
      return lent ? `devk forward ${service}` : `the forward ${formatForward(forward)} of ${service}`
    }
    const listening = await listen(forward, { service, ownerOf }, socket => {
      const entry = entries.get(key)
      if (entry) accept(entry, socket)
      else socket.destroy()
    })
    const entry: Entry = {
      ...{ ...asked, listening },
      closed: Promise.withResolvers(),
      sockets: new Set(),
      shares: openShares(),
      counts: { connections: 0, refused: 0, bytesIn: 0, bytesOut: 0 },
    }
    entries.set(key, entry)
    return entry
  }

  async function close(key: string): Promise<void> {
    const entry = entries.get(key)
    if (!entry) return
    const { listening, sockets, closed } = entry
    entries.delete(key)
    const ended = listening[Symbol.asyncDispose]()
    for (const socket of sockets) socket.destroy()
    await ended
    closed.resolve()
  }

  return {
    open: (service, forward, targets) =>
      inTurn(async () => {
        const key = keyOf(service, forward)
        const before = entries.get(key)
        if (before) {
          before.targets = targets
          return before.listening.port
        }
        return (await begin(key, { service, forward, targets, lent: false })).listening.port
      }),
    lend: (service, forward, targets) =>
      inTurn(async () => {
        const key = `${keyOf(service, forward)} ${lent++}`
        const { listening, closed } = await begin(key, { service, forward, targets, lent: true })
        return {
          port: listening.port,
          closed: closed.promise,
          [Symbol.asyncDispose]: () => inTurn(() => close(key)),
        }
      }),
    isOpen: (service, forward) => entries.has(keyOf(service, forward)),
    keepOnly: (service, forwards) =>
      inTurn(async () => {
        const kept = new Set(forwards.map(forward => keyOf(service, forward)))
        const going = [...entries].filter(
          ([key, entry]) => entry.service === service && !entry.lent && !kept.has(key),
        )
        await Promise.all(going.map(([key]) => close(key)))
      }),
    of: service => [...entries.values()].filter(entry => entry.service === service).map(stateOf),
    [Symbol.asyncDispose]: () =>
      inTurn(async () => {
        closing.abort()
        await Promise.all([...entries.keys()].map(close))
      }),
  }
}

function stateOf({ forward, listening, sockets, shares, counts }: Entry): ForwardState {
  const live = [...sockets]
  const open = shares.taken()
  return {
    forward,
    port: listening.port,
    open,
    held: live.length - open.reduce((sum, { connections }) => sum + connections, 0),
    connections: counts.connections,
    refused: counts.refused,
    bytesIn: counts.bytesIn + live.reduce((sum, socket) => sum + socket.bytesRead, 0),
    bytesOut: counts.bytesOut + live.reduce((sum, socket) => sum + socket.bytesWritten, 0),
  }
}

function keyOf(service: string, forward: Forward): string {
  return `${service} ${formatForward(forward)}`
}
