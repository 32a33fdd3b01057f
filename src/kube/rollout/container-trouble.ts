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
      ? `${who} ${howItEnded(lastState.terminated)}, ${again(restartCount)}`
      : `${who} ends ${again(restartCount)}`
    return { reason: 'CrashLoopBackOff', message, fatal: true, graceMs: 0 }
  }
  if (waiting) return imageTrouble(waiting, events) ?? configTrouble(waiting, who)
  if (!terminated || terminated.exitCode === 0) return undefined
  const how = `${who} ${howItEnded(terminated)}`
  const reason = terminated.reason ?? 'Error'
  if (isNeverStarted(terminated)) return { reason, message: how, fatal: true, graceMs: 0 }
  if (!restarts) return { reason, message: how, fatal: false, graceMs: 0 }
  if (!lastState.terminated)
    return { reason, message: `${how}, and is started again`, fatal: false, graceMs: 0 }
  // The second time the kubelet backs off already, and tells it only when it looks again.
  return { reason, message: `${how}, ${again(restartCount)}`, fatal: true, graceMs: BACK_OFF_GRACE_MS }
}

const BACK_OFF_GRACE_MS = 2_000

function again(restarts: number): string {
  return `again and again (${restarts} restart${restarts === 1 ? '' : 's'})`
}

/** `exited with code 3`, `was ended by SIGSEGV`, `was killed because it used more memory than its limit`. */
function howItEnded(ended: Termination): string {
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

/** Linux's numbers, wherever devk itself runs. */
const signalNames = new Map([
  [1, 'SIGHUP'],
  [2, 'SIGINT'],
  [3, 'SIGQUIT'],
  [4, 'SIGILL'],
  [6, 'SIGABRT'],
  [7, 'SIGBUS'],
  [8, 'SIGFPE'],
  [9, 'SIGKILL'],
  [11, 'SIGSEGV'],
  [13, 'SIGPIPE'],
  [15, 'SIGTERM'],
])
