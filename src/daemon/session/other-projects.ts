import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ProjectHome } from '../../base/project-home.ts'
import { readSummaryFile } from './summary.ts'

/** Other projects of this machine that were brought up in the cluster. */
export async function usersOf(cluster: string, self: ProjectHome): Promise<string[]> {
  const root = dirname(self.state)
  const names = await readdir(root).catch(() => [])
  const summaries = await Promise.all(
    names
      .map(name => join(root, name))
      .filter(folder => folder !== self.state)
      .map(folder => readSummaryFile(join(folder, 'project.json')).catch(() => undefined)),
  )
  return summaries.flatMap(summary =>
    summary?.cluster.name === cluster ? [`${summary.name} (${summary.folder})`] : [],
  )
}
