import type { Socket } from 'node:net'
import { buildId } from '../base/build-id.ts'
import { findProjectHome, type ProjectHome } from '../base/project-home.ts'
import type { OperationName } from '../protocol/messages.ts'
import type { Operations } from '../protocol/operations.ts'
import { askDaemon, type Carry, connectDaemon, daemonEnded, retireDaemon } from './ask-daemon.ts'
import type { PerformOptions } from './perform.ts'

/** Whether the project's daemon is started for an operation, used only where it runs already, or ended before it. */
export type DaemonUse = 'start' | 'use' | 'end'

/** A daemon that is killed while it is asked is followed by another one; more often it is no accident. */
const MOST_UNTAKEN = 5

/** Has an operation performed by the project's daemon, or by a process of its own where no daemon is wanted. */
export async function askProject<Name extends OperationName>(
  operation: Name,
  input: Operations[Name]['input'],
  options: PerformOptions & { daemon: DaemonUse; carry?: Carry<Name> | undefined },
): Promise<Operations[Name]['output']> {
  const home = findProjectHome(process.cwd())
  // Loaded by need: to ask a daemon that runs, no process is started.
  const perform = async () => (await import('./perform.ts')).perform(operation, input, options)
  if (!home) return await perform()
  if (options.daemon === 'end') await retireDaemon(home)
  for (let untaken = 0; untaken < MOST_UNTAKEN; ) {
    const socket = await reach(home, options)
    if (!socket) return await perform()
    const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
    const build = buildId(options.server)
    const request = { operation, folder: process.cwd(), input, build, env: process.env }
    const answer = await askDaemon<Name>(socket, request, options)
    if (typeof answer === 'object') return answer.value
    if (answer === 'untaken') untaken++
    // The older daemon lets go of all that it holds before the socket closes.
    await closed
  }
  throw daemonEnded()
}

async function reach(
  home: ProjectHome,
  { daemon, server, cancel }: PerformOptions & { daemon: DaemonUse },
): Promise<Socket | undefined> {
  if (daemon === 'end') return undefined
  const socket = await connectDaemon(home)
  if (socket || daemon === 'use') return socket
  return await (await import('./start-daemon.ts')).reachDaemon(home, server, cancel)
}
