import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Build, hashInputs, missingBuilds } from '../../scripts/airgap/build.ts'
import { catalogue, imagesFor } from '../../scripts/airgap/builds/catalogue.ts'
import { buildStep } from '../../scripts/airgap/make.ts'
import { folderStore } from '../../scripts/airgap/store.ts'
import { recordingRun } from '../../src/exec/recording.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devk-builds-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function build(id: string, fields: Partial<Build> = {}): Build {
  return {
    ...{ id, title: id, needs: [], weight: 'io', programs: [], output: { kind: 'folder' } },
    inputs: { paths: [], values: [] },
    make: async () => {},
    ...fields,
  }
}

describe('the hash of a build', () => {
  const hashed = async (builds: Build[], id: string) => (await hashInputs(builds)).get(id)

  it('changes with the content of its files and with its values', async () => {
    const file = join(folder, 'Dockerfile')
    const from = (value: string) => [build('a', { inputs: { paths: [folder], values: [value] } })]
    writeFileSync(file, 'FROM scratch')
    const first = await hashed(from('v1'), 'a')
    expect(await hashed(from('v1'), 'a')).toBe(first)
    expect(await hashed(from('v2'), 'a')).not.toBe(first)
    writeFileSync(file, 'FROM busybox')
    expect(await hashed(from('v1'), 'a')).not.toBe(first)
  })

  it('changes with that of what it is built on, however far below', async () => {
    const chain = (value: string) => [
      build('base', { inputs: { paths: [], values: [value] } }),
      build('middle', { needs: ['base'] }),
      build('top', { needs: ['middle'] }),
    ]
    expect(await hashed(chain('v1'), 'top')).not.toBe(await hashed(chain('v2'), 'top'))
  })
})

describe('what has to be built', () => {
  const chain = [build('base'), build('other'), build('top', { needs: ['base'] })]
  const missing = (targets: string[], here: string[]) =>
    missingBuilds(chain, targets, ({ id }) => here.includes(id)).map(({ id }) => id)

  it('is what the targets need, and nothing else', () => {
    expect(missing(['top'], [])).toEqual(['base', 'top'])
  })

  it('is nothing where the target is there, even if what it was built on is gone', () => {
    expect(missing(['top'], ['top'])).toEqual([])
  })

  it('is only the target where what it is built on is there', () => {
    expect(missing(['top'], ['base'])).toEqual(['top'])
  })
})

describe('the catalogue of builds', () => {
  it('names each build after those that it needs', () => {
    const seen = new Set<string>()
    for (const { id, needs } of catalogue) {
      expect(needs.filter(need => !seen.has(need))).toEqual([])
      seen.add(id)
    }
  })

  it('builds nothing for npm start that only the tests need', () => {
    const needed = missingBuilds(catalogue, imagesFor.cluster, () => false).map(({ id }) => id)
    expect(needed[0]).toBe('kubernetes')
    expect(needed).not.toEqual(expect.arrayContaining(['helm']))
    expect(needed.filter(id => ['k3d', 'helm', 'sops', 'debian', 'k3s'].includes(id))).toEqual([])
  })
})

describe('making a build', () => {
  const make = async (made: Build, hash: string) => {
    const factory = {
      run: recordingRun(() => undefined).run,
      store: folderStore(folder),
      hashes: new Map([[made.id, hash]]),
      docker: () => 'docker',
    }
    await buildStep(made, factory, []).run({ signal: new AbortController().signal, say: () => {} })
  }
  const writing = (name: string) =>
    build('tool', { make: async ({ folder: draft }) => writeFileSync(join(draft, name), '') })

  it('keeps its output under the hash of its inputs', async () => {
    await make(writing('tool'), 'abc')
    expect(existsSync(join(folder, 'tool/abc/tool'))).toBe(true)
    expect(await folderStore(folder).has('tool', 'abc')).toBe(true)
  })

  it('removes the output of former inputs', async () => {
    await make(writing('tool'), 'former')
    await make(writing('tool'), 'now')
    expect(await folderStore(folder).has('tool', 'former')).toBe(false)
  })

  it('leaves no output, and the former one untouched, where it fails', async () => {
    await make(writing('tool'), 'former')
    const failing = build('tool', { make: () => Promise.reject(new Error('no')) })
    await expect(make(failing, 'now')).rejects.toThrow('no')
    expect(await folderStore(folder).has('tool', 'now')).toBe(false)
    expect(await folderStore(folder).has('tool', 'former')).toBe(true)
  })
})
