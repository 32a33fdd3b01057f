import { DevkError } from '../../base/errors.ts'
import { aborted } from '../../base/time.ts'
import { execInPod } from '../../kube/exec/exec.ts'
import type { Outcome } from '../../kube/exec/outcome.ts'
import type { PlaceInPod } from './find-place.ts'

/** The most comfortable first. */
const SHELLS = ['bash', 'ash', 'sh'] as const

/** The best shell that the container's image has: each is asked to do nothing. Undefined where it has none. */
export async function findShell(place: PlaceInPod, signal: AbortSignal): Promise<string | undefined> {
  const outcomes = await Promise.all(SHELLS.map(shell => outcomeIn(place, [shell, '-c', ':'], signal)))
  const found = SHELLS.find((_, index) => isDone(outcomes[index]))
  if (found !== undefined || outcomes.every(({ is }) => is === 'not-started')) return found
  const failed = outcomes.find(({ is }) => is === 'failed')
  throw new DevkError({
    code: 'EXEC_FAILED',
    message: `No shell can be begun in container ${place.container} of pod ${place.pod.metadata.name}${failed?.is === 'failed' ? `: ${failed.why}` : ''}.`,
    hint: `devk status shows how ${place.service} is.`,
  })
}

function isDone(outcome: Outcome | undefined): boolean {
  return outcome?.is === 'exited' && outcome.code === 0
}

async function outcomeIn(
  { access, pod, container }: PlaceInPod,
  command: readonly string[],
  signal: AbortSignal,
): Promise<Outcome> {
  const { namespace } = access.live
  const asked = { namespace, pod: pod.metadata.name, container, command, terminal: false }
  using running = await execInPod(access.api, asked, signal)
  running.stdin.end()
  running.stdout.resume()
  running.stderr?.resume()
  return await Promise.race([running.ended, aborted(signal).then(() => Promise.reject(signal.reason))])
}
