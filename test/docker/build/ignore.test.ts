import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ignoreRules, type Judgement, needsDialect } from '../../../src/docker/build/ignore.ts'
import { ignoreLines } from '../../../src/docker/build/ignore-file.ts'
import type { Dialect } from '../../../src/docker/build/ignore-pattern.ts'

/** Judges the path after each folder above it, as a walk does. */
function isIgnored(text: string, path: string, dialect: Dialect): boolean {
  const rules = ignoreRules(ignoreLines(text), dialect)
  let judgement: Judgement | undefined
  const parts = path.split('/')
  for (let depth = 1; depth <= parts.length; depth++) {
    const part = parts.slice(0, depth).join('/')
    judgement = rules.judge(part, judgement)
    if (judgement.ignored && depth < parts.length && !rules.mayHoldException(part)) return true
  }
  return judgement?.ignored ?? false
}

const both = ['classic', 'buildx'] as const

describe.each(both)('in the dialect %s', dialect => {
  it.each([
    ['node_modules', 'node_modules/a/b.js', true],
    ['node_modules', 'sub/node_modules', false],
    ['**/node_modules', 'sub/deep/node_modules/x', true],
    ['/build', 'build/x', true],
    ['build/', 'build/x', true],
    ['./a/../build', 'build', true],
    ['*.log', 'a.log', true],
    ['*.log', 'sub/a.log', false],
    ['**/*.log', 'sub/a.log', true],
    ['*/*.log', 'sub/a.log', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a?c', 'a😀c', true],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['\\a', 'a', false],
    ['\\q', 'q', false],
    ['\\d*', '1a', true],
    ['a.c', 'abc', false],
    // An oddity of both: with a wildcard beside it, a bar separates two patterns.
    ['a|*x', 'ab', true],
    ['$a', '$a', true],
    ['Readme', 'README', false],
    ['  spaced  ', 'spaced', true],
    ['# a comment', '# a comment', false],
    [' # none', '# none', true],
    ['\uFEFFa', 'a', true],
    ['a\r\nb\r\n', 'b', true],
    ['é/ü', 'é/ü/x', true],
    ['**', 'a/b', true],
    ['*\n!src', 'src/a.js', false],
    ['*\n!src\n**/*.md', 'src/a.md', true],
    ['*\n!src', 'lib/a.js', true],
    ['node_modules\n!node_modules/keep', 'node_modules/keep/x', false],
    ['node_modules\n!node_modules/keep', 'node_modules/other', true],
    ['!a\na', 'a', true],
    ['a\n! a', 'a', false],
    ['../x', 'x', false],
    ['/', 'a', false],
    ['.', 'a', false],
    ['Dockerfile\n.dockerignore', 'Dockerfile', true],
  ])('%j says of %j: left out is %s', (text, path, expected) => {
    expect(isIgnored(text, path, dialect)).toBe(expected)
  })

  it.each(['a[', '[]', '[^]', '[a-]', '[-a]', 'a\\', '!', '! '])(
    'leaves out %j, which is no pattern',
    line => {
      expect(isIgnored(line, 'a', dialect)).toBe(false)
    },
  )
})

it.each([
  ['**.js', 'a/b.js', { classic: false, buildx: true }],
  ['a+b', 'a+b', { classic: false, buildx: true }],
  ['(a)', 'a', { classic: true, buildx: false }],
  ['a|x', 'ab', { classic: true, buildx: false }],
  ['a^b', 'a^b', { classic: false, buildx: true }],
  ['(a)*', '(a)x', { classic: false, buildx: true }],
  ['deps\n!**/keep', 'deps/keep', { classic: true, buildx: false }],
  ['deps\n!*/keep', 'deps/keep', { classic: true, buildx: false }],
  ['**/deps\n!x/y/deps/keep', 'x/y/deps/other', { classic: false, buildx: true }],
])('knows where the dialects differ: %j says of %j: %o', (text, path, expected) => {
  const found = Object.fromEntries(both.map(dialect => [dialect, isIgnored(text, path, dialect)]))
  expect(found).toEqual(expected)
  expect(needsDialect(ignoreLines(text))).toBe(true)
})

const name = fc.constantFrom('a', 'b', 'ab', 'a.b', 'x.js', 'deps', '.env', 'é', 'a+b', 'a b')
const part = fc.oneof(name, fc.constantFrom('*', '**', '?', 'a*', '*.js', '[ab]', '[^a]', '.', '..', '\\a'))
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'))
const line = fc
  .tuple(fc.constantFrom('', '', '!', '/'), fc.array(part, { minLength: 1, maxLength: 3 }))
  .map(([prefix, parts]) => prefix + parts.join('/'))
const lines = fc.array(line, { maxLength: 5 })

it('gives one answer in both dialects wherever it says that there is only one', () => {
  fc.assert(
    fc.property(lines, path, (given, path) => {
      const text = given.join('\n')
      fc.pre(!needsDialect(ignoreLines(text)))
      expect(isIgnored(text, path, 'classic')).toBe(isIgnored(text, path, 'buildx'))
    }),
  )
})

it('never says that a folder holds no exception where a path in it is not left out', () => {
  fc.assert(
    fc.property(lines, path, name, (given, folder, inner) => {
      const rules = ignoreRules(ignoreLines(given.join('\n')), 'buildx')
      let judgement: Judgement | undefined
      for (const path of [...ancestors(folder), folder]) judgement = rules.judge(path, judgement)
      fc.pre(judgement?.ignored === true && !rules.mayHoldException(folder))
      expect(rules.judge(`${folder}/${inner}`, judgement).ignored).toBe(true)
    }),
  )
})

it('reads any file without throwing, and one line tells the same with spaces around it', () => {
  fc.assert(
    fc.property(fc.string(), path, fc.constantFrom(...both), (text, path, dialect) => {
      isIgnored(text, path, dialect)
    }),
  )
  fc.assert(
    fc.property(line, path, (line, path) => {
      expect(isIgnored(` ${line}\t`, path, 'buildx')).toBe(isIgnored(line, path, 'buildx'))
    }),
  )
})

function ancestors(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}
