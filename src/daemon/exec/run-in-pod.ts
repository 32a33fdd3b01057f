import type { Readable } from 'node:stream'
import { DevkError, interrupted } from '../../base/errors.ts'
import { execInPod, type PodProcess } from '../../kube/exec/exec.ts'
import type { Outcome } from '../../kube/exec/outcome.ts'
import { isRefusal } from '../../kube/refusal.ts'
import type { ExecOutput } from '../../protocol/operations.ts'
import type { TerminalSize } from '../../protocol/terminal.ts'
import type { ClientTerminal } from '../client-terminal.ts'
import type { OperationContext } from '../operations/operation.ts'
import type { PlaceInPod } from './find-place.ts'
import { whatBefell } from './what-befell.ts'

export interface CommandInPod {
  command: readonly string[]
  terminal?: TerminalSize | undefined
}

/**
 * Runs a command in a container, its stdin, stdout and stderr the client's. Throws COMMAND_NOT_FOUND and
 * COMMAND_NOT_EXECUTABLE, POD_GONE where the pod or the container ended under it, EXEC_CUT where the connection did.
 */
export async function runInPod(
  place: PlaceInPod,
  { command, terminal }: CommandInPod,
  { signal, openTerminal }: OperationContext,
): Promise<ExecOutput> {
  const { access, pod, container, others } = place
  const { namespace } = access.live
  const name = pod.metadata.name
  const asked = { namespace, pod: name, container, command, terminal: terminal !== undefined }
  using running = await execInPod(access.api, asked, signal).catch(async (error: unknown) => {
    throw isRefusal(error) ? ((await whatBefell(place, signal)) ?? error) : error
  })
  if (terminal) running.resize(terminal)
  const client = openTerminal({ pod: name, container, others })
  listen(client, running)
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(interrupted())
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
  const [outcome] = await Promise.race([
    Promise.all([
      running.ended,
      copy(running.stdout, 'stdout', client),
      running.stderr && copy(running.stderr, 'stderr', client),
    ]),
    aborted,
  ])
  return { exitCode: await exitCodeOf(outcome, place, command, signal) }
}

function listen(client: ClientTerminal, { stdin, resize }: PodProcess): void {
  client.follow({
    stdin: (bytes, taken) => void (stdin.writable ? stdin.write(bytes, () => taken()) : taken()),
    said(message) {
      if (message.type === 'end') stdin.end()
      if (message.type === 'size') resize(message.size)
    },
  })
}

async function copy(from: Readable, to: 'stdout' | 'stderr', client: ClientTerminal): Promise<void> {
  for await (const bytes of from) await client.write(to, bytes as Buffer)
}

/** What ends all of a container's processes at once. */
const KILLED = 137

async function exitCodeOf(
  outcome: Outcome,
  place: PlaceInPod,
  command: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  if (outcome.is === 'exited' && outcome.code !== KILLED) return outcome.code
  if (outcome.is === 'not-started') throw notStarted(outcome, place, command)
  const befallen = await whatBefell(place, signal)
  if (befallen) throw befallen
  if (outcome.is === 'exited') return outcome.code
  const where = `container ${place.container} of pod ${place.pod.metadata.name}`
  throw new DevkError({
    code: 'EXEC_CUT',
    message:
      outcome.is === 'cut'
        ? `The connection to ${where} ended before the command did; it may run on there.`
        : `${command[0]} could not be run in ${where}: ${outcome.why}.`,
    hint: `devk status shows how ${place.service} is.`,
  })
}

function notStarted(
  { code, why }: Extract<Outcome, { is: 'not-started' }>,
  { service, container, pod }: PlaceInPod,
  [name = '']: readonly string[],
): DevkError {
  const missing = code === 127
  return new DevkError({
    code: missing ? 'COMMAND_NOT_FOUND' : 'COMMAND_NOT_EXECUTABLE',
    message: missing
      ? `There is no command ${name} in container ${container} of ${pod.metadata.name}.`
      : `${name} can't be run in container ${container} of ${pod.metadata.name}.`,
    hint: missing
      ? `devk shell ${service} opens a shell there, with tools of its own where the image has none.`
      : 'It must be a program for this machine that its user may run.',
    detail: why,
  })
}
