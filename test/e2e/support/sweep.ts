import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProcesses } from '../../../src/exec/find-processes.ts'
import { endProcess } from '../../../src/exec/process-identity.ts'
import { homePrefix, newHome, succeeded } from './devk.ts'
import { docker } from './machine.ts'

/** A run that was killed leaves its daemons, clusters and homes: the next one would take them for its own. */
export async function sweepEarlierRuns(): Promise<void> {
  const homes = join(tmpdir(), homePrefix)
  const processes = await findProcesses(args => args.some(arg => arg.startsWith(homes)))
  await Promise.all(processes.map(endProcess))
  await using home = await newHome()
  for (const name of await testClusters()) succeeded(await home.devk('cluster', 'delete', name))
  for (const folder of await readdir(tmpdir())) {
    if (folder.startsWith(homePrefix)) await rm(join(tmpdir(), folder), { recursive: true, force: true })
  }
}

async function testClusters(): Promise<Set<string>> {
  const labels = ['io.x-k8s.kind.cluster', 'k3d.cluster']
  const format = labels.map(label => `{{.Label "${label}"}}`).join('\n')
  const names = (await docker('ps', '--all', '--format', format)).split('\n')
  return new Set(names.filter(name => name.startsWith('e2e-')))
}
