import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { lastOf } from '../base/last-of.ts'
import type { DockerConnection } from '../docker/connect.ts'
import type { AgentStream } from '../sync/agent/agent.ts'

/**
 * A program in a node, which is a container of this machine, with pipes to it. It is told of its end by the end of its
 * stdin: closing it here, or the end of this process. Throws what Docker says where the node does not run.
 */
export async function openInNode(
  { docker }: DockerConnection,
  node: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<AgentStream> {
  signal.throwIfAborted()
  const exec = await docker.getContainer(node).exec({
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    abortSignal: signal,
  })
  const connection = await exec.start({ hijack: true, stdin: true, Detach: false, Tty: false })
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const said = lastOf(stderr)
  docker.modem.demuxStream(connection, stdout, stderr)
  const end = () => {
    stdout.end()
    stderr.end()
  }
  connection.once('end', end).once('close', end)
  // Who reads hears of it by the end.
  connection.on('error', end)
  return {
    stdin: connection,
    stdout,
    said,
    async [Symbol.asyncDispose]() {
      if (connection.destroyed) return
      const closed = once(connection, 'close').catch(() => {})
      connection.destroy()
      await closed
    },
  }
}
