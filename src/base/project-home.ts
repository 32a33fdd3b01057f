import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { findAbove, findProject, PROJECT_FILE } from './find-project.ts'
import { type Paths, paths } from './paths.ts'

/** Where devk keeps what it knows of one project. */
export interface ProjectHome {
  /** The folder of the project file. */
  folder: string
  file: string
  /** Its place in devk's state. */
  state: string
  /** What was brought up, readable without the project file. */
  summary: string
  socket: string
  lock: string
  log: string
  /** What its containers print. */
  logs: string
}

export function projectHome(folder: string, at: Paths = paths()): ProjectHome {
  const real = realpathSync(folder)
  const id = shortHash(`${at.state}\0${real}`)
  const state = join(at.state, 'projects', id)
  return {
    folder: real,
    file: join(real, PROJECT_FILE),
    state,
    summary: join(state, 'project.json'),
    socket: join(at.runtime, `${id}.sock`),
    lock: join(state, 'daemon.lock'),
    log: join(state, 'daemon.log'),
    logs: join(state, 'logs'),
  }
}

/** The project that a command means: by its file, or where that is gone, by what devk remembers of the folder. */
export function findProjectHome(folder: string): ProjectHome | undefined {
  const file = findProject(folder)
  if (file !== undefined) return projectHome(join(file, '..'))
  const remembered = findAbove(folder, above => existsSync(projectHome(above).summary))
  return remembered === undefined ? undefined : projectHome(remembered)
}

/** FNV-1a of 64 bits: it only tells folders apart, and loading Node's own hashes costs the thin side 10 ms. */
function shortHash(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}
