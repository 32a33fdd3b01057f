import { appendFile, mkdir, readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import { DevkError, toDevkError } from '../base/errors.ts'
import { paths } from '../base/paths.ts'
import type { ProjectHome } from '../base/project-home.ts'
import { sleep } from '../base/time.ts'
import { startDetached } from '../exec/detached.ts'
import { connectDaemon } from './ask-daemon.ts'
import { preparePrivateFolder } from './private-folder.ts'

const PATIENCE_MS = 20_000

/** The project's daemon: the one that runs, or a new one. Throws DAEMON_UNREACHABLE with the end of its log. */
export async function reachDaemon(home: ProjectHome, server: string, signal: AbortSignal): Promise<Socket> {
  preparePrivateFolder(dirname(home.socket))
  await mkdir(home.state, { recursive: true })
  const end = Date.now() + PATIENCE_MS
  while (Date.now() < end) {
    const socket = (await connectDaemon(home)) ?? (await startOne(home, server, signal))
    if (socket) return socket
    // Another one holds the place: it begins to listen, or it is just ending.
    await sleep(50, signal)
  }
  throw await notStarted(home)
}

/** A daemon that was started and listens; undefined where it found another one in its place and left. */
async function startOne(home: ProjectHome, server: string, signal: AbortSignal): Promise<Socket | undefined> {
  const daemon = startDetached(
    {
      file: process.execPath,
      args: ['--expose-gc', server, 'project', home.folder],
      env: { NODE_COMPILE_CACHE: `${paths().cache}/v8` },
      cwd: '/',
    },
    home.log,
  )
  let code: number | undefined
  daemon.ended.then(
    ended => (code = ended),
    () => (code = 1),
  )
  const end = Date.now() + PATIENCE_MS
  while (Date.now() < end) {
    const socket = await connectDaemon(home)
    if (socket) return socket
    if (code === 0) return undefined
    if (code !== undefined) break
    await sleep(5, signal)
  }
  throw await notStarted(home)
}

async function notStarted(home: ProjectHome): Promise<DevkError> {
  // On a full disk the daemon can't even write down why it ended.
  await appendFile(home.log, '\n').catch((error: unknown) => {
    throw toDevkError(error)
  })
  return new DevkError({
    code: 'DAEMON_UNREACHABLE',
    message: `The daemon of ${home.folder} did not start.`,
    hint: `Its log is ${home.log}.`,
    detail: (await readFile(home.log, 'utf8').catch(() => '')).trim().split('\n').slice(-15).join('\n'),
  })
}
