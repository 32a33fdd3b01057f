import { DevkError } from '../../base/errors.ts'
import type { Outcome } from '../../kube/exec/outcome.ts'
import type { PlaceInPod } from './find-place.ts'
import { whatBefell } from './what-befell.ts'

/** What ends all of a container's processes at once. */
const KILLED = 137

/**
 * The command's own. Throws COMMAND_NOT_FOUND and COMMAND_NOT_EXECUTABLE where it did not run, POD_GONE where the pod or
 * the container ended under it, EXEC_CUT where its end was not told.
 */
export async function exitCodeOf(
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
  throw cut(outcome, place, command)
}

function notStarted(
  { code, why }: Extract<Outcome, { is: 'not-started' }>,
  { service, container, pod }: PlaceInPod,
  [name = '']: readonly string[],
): DevkError {
  const where = `container ${container} of pod ${pod.metadata.name}`
  if (code === 127) {
    return new DevkError({
      code: 'COMMAND_NOT_FOUND',
      message: `There is no command ${name} in ${where}.`,
      hint: `devk shell ${service} opens a shell there, with tools of its own where the image has none.`,
      detail: why,
    })
  }
  return new DevkError({
    code: 'COMMAND_NOT_EXECUTABLE',
    message: `${name} can't be run in ${where}.`,
    hint: 'It must be a program for this machine that the container’s user may run.',
    detail: why,
  })
}

function cut(
  outcome: Extract<Outcome, { is: 'failed' | 'cut' }>,
  { service, container, pod }: PlaceInPod,
  [name = '']: readonly string[],
): DevkError {
  const where = `container ${container} of pod ${pod.metadata.name}`
  if (outcome.is === 'failed') {
    return new DevkError({
      code: 'EXEC_FAILED',
      message: `${name} could not be run in ${where}: ${outcome.why}.`,
      hint: `devk status shows how ${service} is.`,
    })
  }
  return new DevkError({
    code: 'EXEC_CUT',
    message: `The connection to ${where} ended before Kubernetes told how ${name} did.`,
    hint: 'It may run on there, or have ended before it had read all of its stdin.',
  })
}
