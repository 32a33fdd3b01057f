import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { kubernetesOf, nodeImage, readMachineImages } from '../../src/cluster/images.ts'

const images = {
  kind: ['kindest/node:v1.33.13', 'kindest/node:v1.32.1'],
  k3d: ['example/k3s:v1.33.13-k3s1'],
  registry: 'registry:2',
}

it('takes the image of this machine that holds the version asked for', () => {
  expect(nodeImage({ provider: 'kind', kubernetes: '1.32' }, images)).toBe('kindest/node:v1.32.1')
  expect(nodeImage({ provider: 'kind', kubernetes: 'v1.33.13' }, images)).toBe('kindest/node:v1.33.13')
  expect(nodeImage({ provider: 'k3d', kubernetes: '1.33' }, images)).toBe('example/k3s:v1.33.13-k3s1')
  expect(nodeImage({ provider: 'kind' }, images)).toBe('kindest/node:v1.33.13')
})

it('names the provider’s own image of a full version that is not here', () => {
  expect(nodeImage({ provider: 'kind', kubernetes: '1.31.2' }, images)).toBe('kindest/node:v1.31.2')
  expect(nodeImage({ provider: 'k3d', kubernetes: '1.31.2' }, images)).toBe('rancher/k3s:v1.31.2-k3s1')
})

it('does not take 1.3 for 1.33', () => {
  expect(() => nodeImage({ provider: 'kind', kubernetes: '1.3' }, images)).toThrow(
    expect.objectContaining({
      code: 'KUBERNETES_VERSION',
      message: expect.stringContaining('kindest/node:v1.33.13'),
    }),
  )
})

it('leaves the choice to the provider where set-up brought nothing', async () => {
  const none = await readMachineImages('/nowhere/machine.json')
  expect(nodeImage({ provider: 'kind' }, none)).toBeUndefined()
  expect(none.registry).toBe('registry:3')
})

it('says that the file of set-up is broken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  await writeFile(join(folder, 'machine.json'), '{"images":')
  await expect(readMachineImages(join(folder, 'machine.json'))).rejects.toMatchObject({
    code: 'MACHINE_FILE',
  })
  await rm(folder, { recursive: true })
})

it('reads the version out of a node image’s tag', () => {
  expect(kubernetesOf('kindest/node:v1.33.4@sha256:abc')).toBe('1.33.4')
  expect(kubernetesOf('rancher/k3s:v1.33.4-k3s1')).toBe('1.33.4')
  expect(kubernetesOf('node:latest')).toBeUndefined()
})
