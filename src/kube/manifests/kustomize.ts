import { readFile } from 'node:fs/promises'
import { DevkError } from '../../base/errors.ts'
import { findTool } from '../../exec/tools.ts'
import type { KubeObject } from '../object.ts'
import { parseManifests } from './parse-manifests.ts'
import type { ReadContext } from './read-context.ts'

/** What kubectl's own kustomize makes of a folder. Throws KUSTOMIZE_FAILED with its words. */
export async function readKustomization(
  { folder, file }: { folder: string; file: string },
  { run, signal, env }: Omit<ReadContext, 'namespace'>,
): Promise<KubeObject[]> {
  const kubectl = await findTool('kubectl', env)
  const charts = /^helmCharts:/m.test(await readFile(file, 'utf8'))
  const helm = charts ? ['--enable-helm', '--helm-command', await findTool('helm', env)] : []
  const command = { file: kubectl, args: ['kustomize', folder, ...helm] }
  const { stdout } = await run(command, { signal }).catch((error: unknown) => {
    throw failed(folder, error)
  })
  return parseManifests(stdout, { name: folder, partOf: () => folder })
}

function failed(folder: string, error: unknown): unknown {
  if (!(error instanceof DevkError) || error.code !== 'COMMAND_FAILED') return error
  const said = (error.detail ?? '').split('\n').findLast(line => line.startsWith('error: '))
  return new DevkError({
    code: 'KUSTOMIZE_FAILED',
    message: `The kustomization ${folder} can't be built: ${said?.slice('error: '.length) ?? error.message} Nothing of it was applied.`,
    hint: 'Correct the kustomization, then run this again.',
    ...(error.detail !== undefined && { detail: error.detail }),
    cause: error,
  })
}
