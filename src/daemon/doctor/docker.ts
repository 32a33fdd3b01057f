import { statfs } from 'node:fs/promises'
import { toDevkError } from '../../base/errors.ts'
import { connectDocker } from '../../docker/connect.ts'
import { bad, type Check, gib, good, warning } from './check.ts'

interface Info {
  ServerVersion: string
  NCPU: number
  MemTotal: number
  DockerRootDir: string
}

const OLDEST = [20, 10] as const
const GIB = 2 ** 30

/** Docker itself, and whether it has the disk and the memory that a cluster needs. */
export const docker: Check = async ({ connection, signal }) => {
  let info: Info
  try {
    await connectDocker(signal)
    info = (await connection.docker.info()) as Info
  } catch (error) {
    signal.throwIfAborted()
    const { message, hint = 'Start Docker, then run this again.' } = toDevkError(error)
    return [bad('Docker', message, hint)]
  }
  return [version(info, connection.host), memory(info), ...(await disk(info))]
}

function version({ ServerVersion, NCPU }: Info, host: string) {
  const [major = 0, minor = 0] = ServerVersion.split('.').map(Number)
  const seen = `${ServerVersion} answers at ${host}, with ${NCPU} CPUs`
  const old = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  return old ? bad('Docker', seen, `devk needs Docker ${OLDEST.join('.')} or newer.`) : good('Docker', seen)
}

function memory({ MemTotal }: Info) {
  const seen = `Docker has ${gib(MemTotal)}`
  if (MemTotal < 2 * GIB)
    return bad('Memory', seen, 'A cluster needs 2 GiB or more: give Docker’s machine more.')
  if (MemTotal < 4 * GIB) return warning('Memory', seen, 'A cluster with some services wants 4 GiB or more.')
  return good('Memory', seen)
}

async function disk({ DockerRootDir }: Info) {
  const space = await statfs(DockerRootDir).catch(() => undefined)
  // Docker's own machine is another one: its disk can't be seen from here.
  if (!space) return []
  const free = space.bavail * space.bsize
  const seen = `${gib(free)} free where Docker keeps its data (${DockerRootDir})`
  const advice =
    'docker system df shows what takes it; docker image prune and docker builder prune free what nothing uses.'
  if (free < 3 * GIB) return [bad('Disk', seen, advice)]
  return [free < 10 * GIB ? warning('Disk', seen, advice) : good('Disk', seen)]
}
