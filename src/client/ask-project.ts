import { once } from 'node:events'
import type { Socket } from 'node:net'
import { buildId } from '../base/build-id.ts'
import { findProjectHome, type ProjectHome } from '../base/project-home.ts'
import type { OperationName } from '../protocol/messages.ts'
import type { Operations } from '../protocol/operations.ts'
import { askDaemon, connectDaemon, retireDaemon } from './ask-daemon.ts'
import { type PerformOptions, perform } from './perform.ts'
import { reachDaemon } from './start-daemon.ts'

/** Whether the project's daemon is started for an operation, used only where it runs already, or ended before it. */
export type DaemonUse = 'start' | 'use' | 'end'

/** Has an operation performed by the project's daemon, or by a process of its own where no daemon is wanted. */
export async function askProject<Name extends OperationName>(
  operation: Name,
  input: Operations[Name]['input'],
  options: PerformOptions & { daemon: DaemonUse },
): Promise<Operations[Name]['output']> {
  const home = await findProjectHome(process.cwd())
  if (!home) return await perform(operation, input, options)
  if (options.daemon === 'end') await retireDaemon(home)
  while (true) {
    const socket = await reach(home, options)
    if (!socket) return await perform(operation, input, options)
    const closed = once(socket, 'close')
    const build = await buildId(options.server)
    const request = { operation, folder: process.cwd(), input, build, env: process.env }
    const answer = await askDaemon<Name>(socket, request, options)
    if (answer !== 'retiring') return answer.value
    // The older daemon lets go of all that it holds before the socket closes.
    await closed
  }
}

async function reach(
  home: ProjectHome,
  { daemon, server, cancel }: PerformOptions & { daemon: DaemonUse },
): Promise<Socket | undefined> {
  if (daemon === 'end') return undefined
  return daemon === 'use' ? await connectDaemon(home) : await reachDaemon(home, server, cancel)
}
