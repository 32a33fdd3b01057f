import { constants } from 'node:os'
import { configTrouble } from './config-trouble.ts'
import { imageTrouble } from './image-trouble.ts'
import type { ContainerStatus, KubeEvent, Termination } from './objects.ts'
import { runtimeWords } from './runtime-words.ts'
import type { Found } from './trouble-model.ts'

type Trouble = Omit<Found, 'container'>

/** What is wrong with a container that does not run, or ended as it should not. */
export function containerTrouble(
  { state = {}, lastState = {}, restartCount = 0 }: ContainerStatus,
  who: string,
  events: readonly KubeEvent[],
  { restarts }: { restarts: boolean },
): Trouble | undefined {
  const { waiting, terminated } = state
  if (waiting?.reason === 'CrashLoopBackOff') {
    const message = lastState.terminated
      ? `${who} ${howItEnded(lastState.terminated)}, again and again (${restartCount} restarts)`
      : `${who} ends again and again (${restartCount} restarts)`
    return { reason: 'CrashLoopBackOff', message, fatal: true, graceMs: 0 }
  }
  if (waiting) return imageTrouble(waiting, events) ?? configTrouble(waiting, who)
  if (!terminated || terminated.exitCode === 0) return undefined
  const never = isNeverStarted(terminated)
  const again = restarts && !never ? ', and is started again' : ''
  return {
    reason: terminated.reason ?? 'Error',
    message: `${who} ${howItEnded(terminated)}${again}`,
    fatal: never,
    graceMs: 0,
  }
}

/** `exited with code 3`, `was ended by SIGSEGV`, `was killed because it used more memory than its limit`. */
export function howItEnded(ended: Termination): string {
  const { exitCode, reason, message, signal } = ended
  if (reason === 'OOMKilled')
    return 'was killed because it used more memory than its limit allows (OOMKilled)'
  if (isNeverStarted(ended)) return `can't be started: ${runtimeWords(message ?? reason ?? '')}`
  const number = signal || (exitCode > 128 && exitCode < 160 ? exitCode - 128 : 0)
  const name = signalNames.get(number)
  if (name) return `was ended by ${name} (exit code ${exitCode})`
  return `exited with code ${exitCode}`
}

function isNeverStarted({ reason }: Termination): boolean {
  return reason === 'StartError' || reason === 'ContainerCannotRun'
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))
