import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { gitignore, ignorePatterns } from '../../src/watch/gitignore.ts'
import { type TempFolder, tempFolder } from './support/watch-folder.ts'

// The disk may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let folder: TempFolder

beforeEach(async () => {
  folder = await tempFolder()
})

afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

function write(path: string, text = ''): void {
  mkdirSync(dirname(folder.at(path)), { recursive: true })
  writeFileSync(folder.at(path), text)
}

function makeRepository(at = '.'): void {
  execFileSync('git', ['init', '-q', folder.at(at)], { env: gitEnv })
}

const gitEnv = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }

function gitKeeps(inside: string): string[] {
  const args = ['-c', 'core.ignorecase=false', 'ls-files', '-z', '--others', '--exclude-standard']
  const listed = execFileSync('git', args, { cwd: folder.at(inside), env: gitEnv, encoding: 'utf8' })
  return listed.split('\0').filter(Boolean).sort()
}

function kept(inside: string, leavesOut: (path: string, isFolder: boolean) => boolean): string[] {
  const base = folder.at(inside)
  const walk = (at: string): string[] =>
    readdirSync(at, { withFileTypes: true }).flatMap(entry => {
      const path = join(at, entry.name)
      if (leavesOut(relative(base, path), entry.isDirectory())) return []
      return entry.isDirectory() ? walk(path) : [relative(base, path)]
    })
  return walk(base).sort()
}

const FILES = [
  'a.log',
  'build/x',
  'Build/x',
  'keep.log',
  'node_modules/m/index.js',
  'src/a.js',
  'src/a.log',
  'src/build/x',
  'src/build/keep/y',
  'src/deep/a.log',
  'src/deep/keep.log',
  'src/deep/only/this',
  'src/deep/only/that',
  'src/deep/[x]*/a.tmp',
  'src/deep/[x]*/b',
  'src/deep/#odd',
  'src/deep/!odd',
  'src/deep/sp ace ',
  'vendor/lib/build/x',
  'vendor/lib/a.log',
]

describe('gitignore', () => {
  it.each<[about: string, ignores: Record<string, string>]>([
    ['no file', {}],
    ['names anywhere', { '': '*.log\nnode_modules/\n# src\n\n' }],
    ['names of the folder only', { '': '/build\n/a.log', src: '/build/keep\n/a.js' }],
    ['folders only', { '': 'build/\nkeep.log/' }],
    ['exceptions further down', { '': '*.log\nbuild/', 'src/deep': '!keep.log', src: '!build/' }],
    ['exceptions in what is left out as a whole', { '': 'build\n', 'src/build': '!x' }],
    ['all but one', { 'src/deep': '/only/*\n!/only/this\n' }],
    ['paths below', { src: 'deep/only/this\nbuild/**/y\n**/a.log' }],
    ['names with signs', { 'src/deep': '\\#odd\n\\!odd\nsp ace\\ \n' }],
    ['a folder with signs', { 'src/deep/[x]*': '*.tmp' }],
    ['lines that end with a return', { '': '*.log\r\nbuild/\r\n' }],
    ['upper case', { '': 'BUILD/\n*.LOG' }],
    ['everything', { src: '*' }],
    ['everything but what is asked for', { '': '/*\n!/src/\n/src/*\n!/src/deep' }],
    ['spaces behind, which do not count', { src: 'a.js   \ndeep/   ' }],
  ])('leaves out what git does: %s', (_, ignores) => {
    makeRepository()
    for (const file of FILES) write(file)
    for (const [at, text] of Object.entries(ignores)) write(join(at, '.gitignore'), text)
    expect(kept('.', gitignore(folder.path).leavesOut)).toEqual(gitKeeps('.'))
    expect(kept('src', gitignore(folder.at('src')).leavesOut)).toEqual(gitKeeps('src'))
  })

  it('reads what is above up to the repository’s root, and names those files', () => {
    makeRepository('repo')
    write('.gitignore', 'a.js')
    write('repo/.gitignore', '*.log')
    const { leavesOut, above } = gitignore(folder.at('repo/src/deep'))
    expect(above).toEqual([folder.at('repo/.gitignore'), folder.at('repo/src/.gitignore')])
    expect([leavesOut('x/a.log', false), leavesOut('a.js', false)]).toEqual([true, false])
  })

  it('holds for a folder without a repository', () => {
    write('src/.gitignore', 'out/')
    const { leavesOut, above } = gitignore(folder.at('src'))
    expect(above).toEqual([])
    expect([leavesOut('out', true), leavesOut('out', false), leavesOut('a', false)]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('takes a folder that is ignored itself for one that was meant', () => {
    makeRepository()
    write('.gitignore', 'dist/\n*.js')
    write('dist/.gitignore', '*.map')
    const { leavesOut } = gitignore(folder.at('dist'))
    expect([leavesOut('a.js', false), leavesOut('a.map', false)]).toEqual([false, true])
  })

  it('leaves out what is git’s own', () => {
    const { leavesOut } = gitignore(folder.path)
    expect([
      leavesOut('.git', true),
      leavesOut('modules/x/.git', false),
      leavesOut('.gitignore', false),
    ]).toEqual([true, true, false])
  })

  it('says what the files said until it is to read them again', () => {
    write('.gitignore', 'a')
    const { leavesOut, reread } = gitignore(folder.path)
    expect(leavesOut('a', false)).toBe(true)
    write('.gitignore', 'b')
    expect(leavesOut('a', false)).toBe(true)
    reread()
    expect([leavesOut('a', false), leavesOut('b', false)]).toEqual([false, true])
  })
})

describe('ignorePatterns', () => {
  it('reads them as lines of a .gitignore', () => {
    const leavesOut = ignorePatterns(['*.log', '!keep.log', '/dist/'])
    expect(leavesOut('deep/a.log', false)).toBe(true)
    expect(leavesOut('deep/keep.log', false)).toBe(false)
    expect(leavesOut('dist', true)).toBe(true)
    expect(leavesOut('dist/x', false)).toBe(true)
    expect(leavesOut('deep/dist', true)).toBe(false)
  })
})
