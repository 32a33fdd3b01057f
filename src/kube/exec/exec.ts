import type { Duplex, Readable, Writable } from 'node:stream'
import type { KubeApi } from '../api.ts'
import { podPath } from '../pod-path.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { pacedStdin } from './paced-stdin.ts'

export interface ExecAsked {
  namespace: string
  pod: string
  container: string
  command: readonly string[]
  /** On a terminal there is no stderr: all is on stdout. */
  terminal: boolean
}

/** A command that runs in a container. Closing it ends the connection, of which Kubernetes tells the command nothing. */
export interface PodProcess extends Disposable {
  stdin: Writable
  /** To be read to their ends, which come before `ended`; who does not read holds up the command. */
  stdout: Readable
  stderr?: Readable
  resize(size: { columns: number; rows: number }): void
  ended: Promise<Outcome>
}

/** Throws KUBE_REFUSED where the container is not there or does not run. */
export async function execInPod(api: KubeApi, asked: ExecAsked, signal: AbortSignal): Promise<PodProcess> {
  const connection = await api.connect(pathOf(asked), 'v4.channel.k8s.io', signal, { keepAlive: false })
  const close = () => connection.close()
  const open = (streamtype: string, talks: boolean): Duplex =>
    connection.open({ streamtype }, { talks, cutIsEnd: true })
  const told = open('error', false)
  const stdin = open('stdin', true)
  const stdout = open('stdout', false)
  const stderr = asked.terminal ? undefined : open('stderr', false)
  const size = asked.terminal ? open('resize', true) : undefined
  // They say nothing, and would be held to be unread.
  for (const silent of [stdin, size]) silent?.resume()
  const ended = wholeOf(told).then(outcomeOf)
  return {
    stdin: pacedStdin(stdin, connection, { outputs: stderr ? [stdout, stderr] : [stdout], ended }),
    stdout,
    ...(stderr && { stderr }),
    resize({ columns, rows }) {
      if (size?.writable) size.write(`${JSON.stringify({ Width: columns, Height: rows })}\n`)
    },
    ended,
    [Symbol.dispose]: close,
  }
}

/** Read as it comes, whoever else reads or not. */
function wholeOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  return new Promise(resolve => {
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk))
    stream.once('end', () => resolve(Buffer.concat(chunks).toString()))
    stream.once('close', () => resolve(Buffer.concat(chunks).toString()))
  })
}

function pathOf({ namespace, pod, container, command, terminal }: ExecAsked): string {
  const query = new URLSearchParams([
    ...command.map(word => ['command', word] as [string, string]),
    ['container', container],
    ['stdin', 'true'],
    ['stdout', 'true'],
    ...(terminal ? [['tty', 'true'] as [string, string]] : [['stderr', 'true'] as [string, string]]),
  ])
  return `${podPath(namespace, pod, 'exec')}?${query}`
}
