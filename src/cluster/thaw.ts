import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep } from '../base/time.ts'

const FREEZER = '/sys/fs/cgroup/freezer/docker'

/**
 * Watches over the end of node containers. On cgroup v1 a pod's process can be left in a frozen cgroup of its node,
 * where no signal ever reaches it, and Docker would wait for ever. A healthy cluster freezes nothing for long.
 */
export async function thawing<T>(containerIds: readonly string[], work: () => Promise<T>): Promise<T> {
  const finished = new AbortController()
  const watcher = watch(containerIds, finished.signal)
  try {
    return await work()
  } finally {
    finished.abort()
    await watcher
  }
}

async function watch(containerIds: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    while (true) {
      await sleep(2_000, signal)
      for (const id of containerIds) await thawBelow(join(FREEZER, id))
    }
  } catch {
    // The work is done.
  }
}

async function thawBelow(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  const folders = entries
    .filter(entry => entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name))
  for (const path of [folder, ...folders]) {
    const state = join(path, 'freezer.state')
    const frozen = await readFile(state, 'utf8').catch(() => '')
    if (frozen.startsWith('FR')) await writeFile(state, 'THAWED').catch(() => {})
  }
}
