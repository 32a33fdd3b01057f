import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DevkError } from '../../../src/base/errors.ts'
import type { Command } from '../../../src/exec/command.ts'
import { recordingRun } from '../../../src/exec/recording.ts'
import type { Ran } from '../../../src/exec/run.ts'
import { originOf } from '../../../src/kube/manifests/origin.ts'
import { readDeploy } from '../../../src/kube/manifests/read-deploy.ts'
import type { DeploySpec } from '../../../src/model/project.ts'

const { signal } = new AbortController()
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  for (const tool of ['kubectl', 'helm']) {
    await file(`data/bin/${tool}`, '')
    await chmod(join(folder, 'data/bin', tool), 0o755)
  }
})
afterEach(() => rm(folder, { recursive: true }))

async function file(name: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), content)
}

const manifest = (kind: string, name: string) =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`

async function read(
  deploy: DeploySpec,
  answer: (command: Command) => Partial<Ran> | Error | undefined = () => ({}),
) {
  const { run, commands } = recordingRun(answer)
  const notes: string[] = []
  const env = { DEVK_HOME: folder, PATH: '' }
  const objects = await readDeploy(deploy, {
    run,
    signal,
    env,
    namespace: 'shop',
    say: note => notes.push(note),
  })
  return { objects, commands, notes }
}

const at = (path: string): DeploySpec => ({ kind: 'manifests', path: join(folder, path) })
const titles = (objects: { kind: string; metadata: { name: string } }[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)

it('reads a folder’s manifests in the order of their names, and no folder inside', async () => {
  await file('k8s/b.yml', manifest('Service', 'b'))
  await file('k8s/a.yaml', manifest('Service', 'a'))
  await file('k8s/c.json', JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'c' } }))
  await file('k8s/README.md', '# no manifest')
  await file('k8s/old/d.yaml', manifest('Service', 'd'))
  const { objects } = await read(at('k8s'))
  expect(titles(objects)).toEqual(['Service a', 'Service b', 'Service c'])
  expect(originOf(objects[0] as never)).toBe(`${join(folder, 'k8s/a.yaml')}:1`)
})

it('says that there is nothing at the path', async () => {
  await expect(read(at('k8s/api.yaml'))).rejects.toMatchObject({
    code: 'MANIFEST_MISSING',
    message: `There is nothing at ${join(folder, 'k8s/api.yaml')}, which deploy names.`,
  })
})

it('says that a folder holds no manifest, and which folders are in it', async () => {
  await file('k8s/base/a.yaml', manifest('Service', 'a'))
  await expect(read(at('k8s'))).rejects.toMatchObject({
    code: 'MANIFEST_MISSING',
    hint: expect.stringContaining('base/'),
  })
})

it('says that a file holds no object', async () => {
  await file('a.yaml', '# later\n')
  await expect(read(at('a.yaml'))).rejects.toMatchObject({ code: 'MANIFEST_INVALID' })
})

it('names both places of an object that is there twice', async () => {
  await file('k8s/a.yaml', manifest('Service', 'api'))
  await file('k8s/b.yaml', `${manifest('Service', 'other')}---\n${manifest('Service', 'api')}`)
  await expect(read(at('k8s'))).rejects.toMatchObject({
    code: 'MANIFEST_DUPLICATE',
    message: `Service api is there twice: in ${join(folder, 'k8s/a.yaml')}:1 and in ${join(folder, 'k8s/b.yaml')}:5. Nothing was applied.`,
  })
})

it('gives a kustomization to kubectl', async () => {
  await file('k8s/kustomization.yaml', 'resources: [a.yaml]\n')
  const { objects, commands } = await read(at('k8s'), () => ({ stdout: manifest('Service', 'a') }))
  expect(commands).toEqual([
    { file: join(folder, 'data/bin/kubectl'), args: ['kustomize', join(folder, 'k8s')] },
  ])
  expect(titles(objects)).toEqual(['Service a'])
  expect(originOf(objects[0] as never)).toBe(join(folder, 'k8s'))
})

it('names the kustomization by its file too, and lets it use helm where it has charts', async () => {
  await file('k8s/Kustomization', 'helmCharts:\n- name: x\n')
  const { commands } = await read(at('k8s/Kustomization'), () => ({ stdout: manifest('Service', 'a') }))
  expect(commands[0]?.args).toEqual([
    ...['kustomize', join(folder, 'k8s'), '--enable-helm', '--helm-command', join(folder, 'data/bin/helm')],
  ])
})

it('says in kustomize’s own words why a kustomization can’t be built', async () => {
  await file('k8s/kustomization.yaml', 'resources: [a.yaml]\n')
  const failed = new DevkError({
    code: 'COMMAND_FAILED',
    message: 'kubectl kustomize exited with code 1.',
    detail: '$ kubectl kustomize k8s\nerror: no such file a.yaml',
  })
  await expect(read(at('k8s'), () => failed)).rejects.toMatchObject({
    code: 'KUSTOMIZE_FAILED',
    message: expect.stringContaining('no such file a.yaml'),
    detail: expect.stringContaining('$ kubectl kustomize k8s'),
  })
})

const chart: DeploySpec = {
  kind: 'helm',
  chart: '/charts/web',
  release: 'web',
  values: ['/charts/dev.yaml'],
  set: { 'image.tag': '1.30', hosts: 'a,b', raw: '{x}' },
}

it('renders a chart with its values, for the project’s namespace, and keeps texts as texts', async () => {
  const { commands } = await read(chart, () => ({ stdout: manifest('Service', 'a') }))
  expect(commands[0]?.args).toEqual([
    ...[
      'template',
      'web',
      '/charts/web',
      '--namespace',
      'shop',
      '--include-crds',
      '--values',
      '/charts/dev.yaml',
    ],
    ...['--set-string', 'image.tag=1.30', '--set-string', 'hosts=a\\,b', '--set-string', 'raw=\\{x}'],
  ])
})

it('leaves a chart’s tests out and says so; its other hooks are objects like all others', async () => {
  const hook = (name: string, kind: string) =>
    `---\n# Source: web/templates/${name}.yaml\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${name}\n  annotations: { "helm.sh/hook": "${kind}" }\n`
  const stdout =
    hook('check', 'test') + hook('old', 'test-success') + hook('migrate', 'pre-install,pre-upgrade')
  const { objects, notes } = await read(chart, () => ({ stdout }))
  expect(titles(objects)).toEqual(['Job migrate'])
  expect(originOf(objects[0] as never)).toBe('web/templates/migrate.yaml')
  expect(notes).toEqual(['Left out of chart web, because helm runs them only as tests: Job check, Job old.'])
})

it('says how to fetch what a chart depends on', async () => {
  const failed = new DevkError({
    code: 'COMMAND_FAILED',
    message: 'helm template web exited with code 1.',
    detail: '$ helm template web\nError: found in Chart.yaml, but missing in charts/ directory: redis',
  })
  await expect(read(chart, () => failed)).rejects.toMatchObject({
    code: 'HELM_FAILED',
    message: expect.stringContaining('missing in charts/ directory: redis'),
    hint: 'Fetch what the chart depends on: helm dependency build /charts/web',
  })
})
