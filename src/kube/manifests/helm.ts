import { DevkError } from '../../base/errors.ts'
import { findTool } from '../../exec/tools.ts'
import type { DeploySpec } from '../../model/project.ts'
import { type KubeObject, nameOf, titleOf } from '../object.ts'
import { parseManifests } from './parse-manifests.ts'
import type { ReadContext } from './read-context.ts'

export type HelmDeploy = Extract<DeploySpec, { kind: 'helm' }>

/**
 * What a chart renders to, its CRDs included, its tests left out. Other hooks are objects like all others: a hook's
 * moment means nothing where what is unchanged is not applied again. Throws HELM_FAILED with helm's words.
 */
export async function readHelm(deploy: HelmDeploy, context: ReadContext): Promise<KubeObject[]> {
  const { run, signal, env, say } = context
  const command = { file: await findTool('helm', env), args: helmArgs(deploy, context.namespace) }
  const { stdout } = await run(command, { signal }).catch((error: unknown) => {
    throw failed(deploy, error)
  })
  const objects = parseManifests(stdout, { name: deploy.chart, partOf: sourceOf })
  const tests = objects.filter(isTest)
  if (tests.length > 0) {
    const titles = tests.map(test => titleOf(nameOf(test))).join(', ')
    say?.(`Left out of chart ${deploy.release}, because helm runs them only as tests: ${titles}.`)
  }
  return objects.filter(object => !isTest(object))
}

function helmArgs({ chart, release, values, set }: HelmDeploy, namespace: string): string[] {
  return [
    ...['template', release, chart, '--namespace', namespace, '--include-crds'],
    ...values.flatMap(file => ['--values', file]),
    ...Object.entries(set).flatMap(([key, value]) => ['--set-string', `${key}=${literal(value)}`]),
  ]
}

/** Helm splits values at commas, and takes a leading brace for a list. */
function literal(value: string): string {
  return value.replace(/[\\,]/g, '\\$&').replace(/^\{/, '\\{')
}

/** Helm writes `# Source: chart/templates/file.yaml` above each document. */
function sourceOf(comment: string): string | undefined {
  return /^\s*Source: (.+)$/m.exec(comment)?.[1]
}

function isTest({ metadata }: KubeObject): boolean {
  const hooks = metadata.annotations?.['helm.sh/hook']?.split(',') ?? []
  return hooks.some(hook => hook.trim().startsWith('test'))
}

function failed({ chart, release }: HelmDeploy, error: unknown): unknown {
  if (!(error instanceof DevkError) || error.code !== 'COMMAND_FAILED') return error
  const detail = error.detail ?? ''
  const said = detail.split('\n').find(line => line.startsWith('Error: '))
  const incomplete = /missing in charts\/ directory/.test(detail)
  return new DevkError({
    code: 'HELM_FAILED',
    message: `Helm can't render chart ${chart} as ${release}: ${said?.slice('Error: '.length) ?? error.message} Nothing of it was applied.`,
    hint: incomplete
      ? `Fetch what the chart depends on: helm dependency build ${chart}`
      : 'Correct the chart or its values, then run this again.',
    detail,
    cause: error,
  })
}
