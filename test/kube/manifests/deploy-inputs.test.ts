import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deployInputs } from '../../../src/kube/manifests/deploy-inputs.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function files(contents: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

async function inputs(path: string): Promise<string[]> {
  const found = await deployInputs({ kind: 'manifests', path: join(folder, path) })
  return found.map(file => relative(folder, file))
}

it('are the file itself, or the manifests of a folder', async () => {
  await files({ 'k8s/b.yaml': '', 'k8s/a.yaml': '', 'k8s/notes.md': '' })
  expect(await inputs('k8s/b.yaml')).toEqual(['k8s/b.yaml'])
  expect(await inputs('k8s')).toEqual(['k8s/a.yaml', 'k8s/b.yaml'])
})

it('are all files of a kustomization, and of the folders outside that it names, as far as they lead', async () => {
  await files({
    'overlays/dev/kustomization.yaml': 'resources: [../../base]\npatches: [{ path: patch.yaml }]\n',
    'overlays/dev/patch.yaml': '',
    'overlays/other/kustomization.yaml': 'resources: [../../base]\n',
    'base/kustomization.yml':
      'resources: [deploy.yaml]\nconfigMapGenerator: [{ name: a, files: [settings=../shared/settings.ini] }]\n',
    'base/deploy.yaml': '',
    'shared/settings.ini': '',
    'shared/other.ini': '',
  })
  expect(await inputs('overlays/dev')).toEqual([
    'base/deploy.yaml',
    'base/kustomization.yml',
    'overlays/dev/kustomization.yaml',
    'overlays/dev/patch.yaml',
    'shared/settings.ini',
  ])
})

it('are those of the base where the overlay lies within it', async () => {
  await files({
    'k8s/kustomization.yaml': 'resources: [deploy.yaml]\n',
    'k8s/deploy.yaml': '',
    'k8s/dev/kustomization.yaml': 'resources: [..]\n',
  })
  expect(await inputs('k8s/dev')).toContain('k8s/deploy.yaml')
})

it('end where two kustomizations name each other', async () => {
  await files({
    'a/kustomization.yaml': 'resources: [../b]\n',
    'b/kustomization.yaml': 'resources: [../a]\n',
  })
  expect(await inputs('a')).toEqual(['a/kustomization.yaml', 'b/kustomization.yaml'])
})

it('are all files of a chart, and its values', async () => {
  await files({ 'chart/Chart.yaml': '', 'chart/templates/a.yaml': '', 'dev.yaml': '' })
  const found = await deployInputs({
    kind: 'helm',
    chart: join(folder, 'chart'),
    release: 'a',
    values: [join(folder, 'dev.yaml')],
    set: {},
  })
  expect(found.map(file => relative(folder, file))).toEqual([
    'chart/Chart.yaml',
    'chart/templates/a.yaml',
    'dev.yaml',
  ])
})

it('name what is not there: a values file, a chart', async () => {
  await files({ 'chart/Chart.yaml': '' })
  const helm = { kind: 'helm', release: 'a', set: {} } as const
  const values = [join(folder, 'dev.yaml')]
  await expect(deployInputs({ ...helm, chart: join(folder, 'chart'), values })).rejects.toMatchObject({
    code: 'MANIFEST_MISSING',
    message: expect.stringContaining('dev.yaml'),
  })
  await expect(deployInputs({ ...helm, chart: join(folder, 'nothing'), values: [] })).rejects.toMatchObject({
    code: 'MANIFEST_MISSING',
  })
  expect(await deployInputs({ ...helm, chart: 'oci://example.com/web', values: [] })).toEqual([])
})

it('follow links, and end where they lead in a circle', async () => {
  await files({ 'k8s/kustomization.yaml': '', 'shared/settings.yaml': '' })
  await symlink('../shared', join(folder, 'k8s/shared'))
  await symlink('../k8s', join(folder, 'k8s/self'))
  expect(await inputs('k8s')).toEqual(['k8s/kustomization.yaml', 'k8s/shared/settings.yaml'])
})
