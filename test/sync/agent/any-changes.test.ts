import { createHash } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileChange, FileContent } from '../../../src/model/sync.ts'
import { shells, startContainer } from './shells.ts'

type Entry = FileContent | { kind: 'folder' }
/** What is below a folder, by path; folders that hold something are named, too. */
type Tree = Map<string, Entry>

const signal = AbortSignal.timeout(120_000)

const path = fc
  .array(fc.constantFrom('a', 'b', "c d'", '-é\\'), { minLength: 1, maxLength: 3 })
  .map(names => names.join('/'))
const content: fc.Arbitrary<FileContent> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('file' as const),
      mode: fc.constantFrom(0o644, 0o755, 0o600, 0o444),
      bytes: fc.uint8Array({ maxLength: 2_000 }).map(bytes => Buffer.from(bytes)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('link' as const),
      // `NODE` stands for the absolute path of what is not the container's.
      target: fc.constantFrom(
        'NODE/canary',
        '../../../canary',
        '../../../../canary',
        'a',
        '.',
        '..',
        '/',
        'b/a',
        'x',
      ),
    }),
  },
)
const entry: fc.Arbitrary<Entry> = fc.oneof(
  { weight: 3, arbitrary: content },
  { weight: 1, arbitrary: fc.constant({ kind: 'folder' as const }) },
)
const before = fc.array(fc.tuple(path, entry), { maxLength: 12 })
const changes = fc.array(fc.tuple(path, fc.option(content, { nil: undefined })), {
  minLength: 1,
  maxLength: 10,
})

describe.each(shells)('in $name', shell => {
  it('brings any changes about in any tree, and touches nothing outside of it', {
    timeout: 120_000,
  }, async () => {
    await using container = await startContainer(shell)
    const { node, root, agent } = container
    const canary = join(node, 'canary')
    makeCanary(canary)
    const untouched = readTree(node, name => name !== 'root')
    let runs = 0
    await fc.assert(
      fc.asyncProperty(before, changes, async (given, asked) => {
        const to = `/srv/run${runs++}`
        const there = treeOf(given, node)
        make(join(root, to), there)
        const wanted = changesOf(asked, to, node)
        const expected = after(there, wanted)
        const applied = agent.apply(wanted, signal)
        if (expected === 'refused') {
          await expect(applied).rejects.toMatchObject({ code: 'SYNC_REFUSED' })
        } else {
          await applied
          expect(statesOf(readTree(join(root, to)))).toEqual(statesOf(expected))
          const names = [...new Set([...there.keys(), ...wanted.map(({ path }) => path)])]
          const survey = await agent.survey(
            names.map(path => ({ to, path })),
            signal,
          )
          for (const name of names)
            expect(survey.get(`${to}\0${name}`), name).toBe(statesOf(expected).get(name))
        }
        expect(readTree(node, name => name !== 'root')).toEqual(untouched)
        expect(readdirSync(root)).toEqual(['srv'])
      }),
      { numRuns: 60 },
    )
  })
})

function makeCanary(canary: string): void {
  for (const folder of ['', 'a', 'b', "c d'"]) {
    mkdirSync(join(canary, folder), { recursive: true })
    for (const name of ['x', 'b/a']) {
      mkdirSync(dirname(join(canary, folder, name)), { recursive: true })
      writeFileSync(join(canary, folder, name), 'safe')
    }
  }
}

function treeOf(given: readonly [string, Entry][], node: string): Tree {
  const tree: Tree = new Map()
  for (const [path, entry] of given) {
    const above = ancestors(path)
    if (tree.has(path) || above.some(folder => (tree.get(folder)?.kind ?? 'folder') !== 'folder')) continue
    for (const folder of above) tree.set(folder, { kind: 'folder' })
    tree.set(path, inNode(entry, node))
  }
  return tree
}

/** Such as sources can be: no file is also a folder. */
function changesOf(
  asked: readonly [string, FileContent | undefined][],
  to: string,
  node: string,
): FileChange[] {
  const written = new Set<string>()
  const seen = new Set<string>()
  return asked.flatMap(([path, now]): FileChange[] => {
    const isInTheWay =
      ancestors(path).some(folder => written.has(folder)) ||
      [...written].some(other => other.startsWith(`${path}/`))
    if (seen.has(path) || (now && isInTheWay)) return []
    seen.add(path)
    if (now) written.add(path)
    return [{ to, path, now: now && inNode(now, node) }]
  })
}

function inNode<T extends Entry>(entry: T, node: string): T {
  return entry.kind === 'link' ? { ...entry, target: entry.target.replace('NODE', node) } : entry
}

/** What is promised. */
function after(tree: Tree, wanted: readonly FileChange[]): Tree | 'refused' {
  const next: Tree = new Map(tree)
  const isReached = (path: string) => ancestors(path).every(folder => next.get(folder)?.kind === 'folder')
  const isEmpty = (path: string) => ![...next.keys()].some(other => other.startsWith(`${path}/`))
  const remove = (path: string) => {
    if (isReached(path) && (next.get(path)?.kind !== 'folder' || isEmpty(path))) next.delete(path)
  }
  const writes = wanted.flatMap(({ path, now }) => (now ? [{ path, now }] : []))
  const kept = new Set(writes.flatMap(({ path }) => ancestors(path)))
  const deleted = wanted.flatMap(({ path, now }) => (now ? [] : [path]))
  for (const path of deleted) remove(path)
  const folders = [...new Set(deleted.flatMap(ancestors))].filter(path => !kept.has(path))
  for (const path of folders.sort((a, b) => b.split('/').length - a.split('/').length))
    if (next.get(path)?.kind === 'folder') remove(path)
  for (const { path, now } of writes) {
    for (const folder of ancestors(path)) next.set(folder, { kind: 'folder' })
    if (next.get(path)?.kind === 'folder' && !isEmpty(path)) return 'refused'
    next.set(path, now)
  }
  return next
}

function ancestors(path: string): string[] {
  const names = path.split('/')
  return names.slice(1).map((_, at) => names.slice(0, at + 1).join('/'))
}

function make(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true })
  for (const [path, entry] of tree) {
    const whole = join(folder, path)
    if (entry.kind === 'folder') mkdirSync(whole)
    else if (entry.kind === 'link') symlinkSync(entry.target, whole)
    else {
      writeFileSync(whole, entry.bytes)
      chmodSync(whole, entry.mode)
    }
  }
}

function readTree(folder: string, wants = (_: string) => true, above = '', tree: Tree = new Map()): Tree {
  for (const name of readdirSync(folder).filter(wants)) {
    const whole = join(folder, name)
    const stats = lstatSync(whole)
    const path = above + name
    if (stats.isSymbolicLink()) tree.set(path, { kind: 'link', target: readlinkSync(whole) })
    else if (stats.isFile())
      tree.set(path, { kind: 'file', mode: stats.mode & 0o7777, bytes: readFileSync(whole) })
    else {
      tree.set(path, { kind: 'folder' })
      readTree(whole, () => true, `${path}/`, tree)
    }
  }
  return tree
}

function statesOf(tree: Tree): Map<string, string> {
  return new Map(
    [...tree].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([path, entry]) => [path, stateOf(entry)]),
  )
}

function stateOf(entry: Entry): string {
  if (entry.kind === 'folder') return 'folder'
  if (entry.kind === 'link') return `link ${entry.target}`
  return `file ${entry.mode.toString(8)} ${createHash('sha256').update(entry.bytes).digest('hex')}`
}
