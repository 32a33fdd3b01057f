import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Interests, interestsOf } from '../../src/daemon/sync/interests.ts'
import { readProject } from '../../src/project/read-project.ts'
import { decide } from '../../src/sync/decide.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  await mkdir(join(folder, 'api', 'src'), { recursive: true })
  await mkdir(join(folder, 'k8s'))
  await writeFile(join(folder, 'api', 'Dockerfile'), 'FROM scratch\n')
})
afterEach(() => rm(folder, { recursive: true }))

async function interests(sync = '', files: Record<string, string> = {}): Promise<Interests> {
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
  const file = join(folder, 'devk.yaml')
  await writeFile(file, `name: shop\nservices:\n  api: { build: api, deploy: k8s, sync: [${sync}] }\n`)
  const project = await readProject(file, { env: {} })
  return await interestsOf(project, project.services)
}

const SRC = '{ from: api/src, to: /app/src }'
const toDo = ({ services }: Interests, path: string) => {
  const [found] = decide([join(folder, path)], services)
  return Object.entries(found ?? {}).flatMap(([what, of]) =>
    Array.isArray(of) && of.length > 0 ? [what] : [],
  )
}
const isWatched = ({ roots }: Interests, path: string) =>
  roots.some(root => {
    const file = join(folder, path)
    const below = file.startsWith(`${root.path}/`) ? file.slice(root.path.length + 1) : undefined
    return file === root.path || (below !== undefined && !root.leavesOut(below, false))
  })

describe('of a project, a change means', () => {
  it.each([
    ['api/src/a.js', ['sync']],
    ['api/package.json', ['rebuild']],
    ['api/Dockerfile', ['rebuild']],
    ['k8s/api.yaml', ['apply']],
    ['README.md', []],
  ])('of %s: %o', async (path, wanted) => {
    expect(toDo(await interests(SRC), path)).toEqual(wanted)
  })

  it('that it is read again, where that is of its own files', async () => {
    const { isProject } = await interests()
    expect([isProject(join(folder, 'devk.yaml')), isProject(join(folder, '.env'))]).toEqual([true, true])
    expect(isProject(join(folder, 'other.yaml'))).toBe(false)
  })

  it('that all is looked at again, where it says what is left out', async () => {
    const { isIgnoreFile } = await interests()
    expect(isIgnoreFile(join(folder, 'api', '.dockerignore'))).toBe(true)
    expect(isIgnoreFile(join(folder, 'api', '.gitignore'))).toBe(false)
    const git = await interests('{ from: api/src, to: /app/src, gitignore: true }')
    expect(git.isIgnoreFile(join(folder, 'api', 'src', '.gitignore'))).toBe(true)
  })
})

describe('what is left out', () => {
  it('by a .dockerignore is neither built nor written nor watched', async () => {
    const found = await interests(SRC, { 'api/.dockerignore': '**/*.log\ntmp\n' })
    for (const path of ['api/src/a.log', 'api/tmp/x']) {
      expect([path, toDo(found, path), isWatched(found, path)]).toEqual([path, [], false])
    }
    expect(isWatched(found, 'api/.dockerignore')).toBe(true)
  })

  it('by a rule of the project file is not written, but built where the image is made of it', async () => {
    const found = await interests('{ from: api/src, to: /app/src, ignore: ["*.test.js"] }')
    expect(toDo(found, 'api/src/a.test.js')).toEqual(['rebuild'])
  })

  it('by a .gitignore counts where that was asked for', async () => {
    const files = { 'api/src/.gitignore': 'made\n' }
    expect(toDo(await interests(SRC, files), 'api/src/made/a')).toEqual(['sync'])
    const git = await interests('{ from: api/src, to: /app/src, gitignore: true }', files)
    expect(toDo(git, 'api/src/made/a')).toEqual(['rebuild'])
  })

  it('is always what git keeps for itself', async () => {
    const found = await interests('{ from: api, to: /app }')
    expect([toDo(found, 'api/.git/index'), isWatched(found, 'api/.git/index')]).toEqual([[], false])
  })
})
