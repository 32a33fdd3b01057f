import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readUserConfig } from '../../src/kube/user-config.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function kubeconfig(name: string, cluster: string, server: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(
    file,
    `apiVersion: v1
kind: Config
clusters: [{ name: ${cluster}, cluster: { server: ${server}, certificate-authority: ca.crt } }]
users: [{ name: ${cluster}, user: { token: t } }]
contexts: [{ name: ${cluster}, context: { cluster: ${cluster}, user: ${cluster} } }]
`,
  )
  return file
}

const read = (...files: string[]) => readUserConfig({ KUBECONFIG: files.join(delimiter) })

it('takes all files of KUBECONFIG together, and of two with one name the first', async () => {
  const config = read(
    await kubeconfig('a', 'one', 'https://127.0.0.1:1'),
    await kubeconfig('b', 'one', 'https://127.0.0.1:2'),
    await kubeconfig('c', 'two', 'https://127.0.0.1:3'),
  )
  expect(config.getContexts().map(({ name }) => name)).toEqual(['one', 'two'])
  expect(config.getCluster('one')?.server).toBe('https://127.0.0.1:1')
})

it('has nothing where the files are not there', () => {
  expect(read(join(folder, 'none')).getContexts()).toEqual([])
})

it('takes relative paths from the folder of the file', async () => {
  await mkdir(join(folder, 'deep'))
  const config = read(await kubeconfig('deep/a', 'one', 'https://127.0.0.1:1'))
  expect(config.getCluster('one')?.caFile).toBe(join(folder, 'deep', 'ca.crt'))
})

it('names a file that it can’t read', async () => {
  const file = join(folder, 'broken')
  await writeFile(file, 'clusters: [')
  expect(() => read(file)).toThrow(`Your kubeconfig ${file} can't be read.`)
})
