import { expect, it } from 'vitest'
import { explainChange } from '../../../src/docker/build/explain-change.ts'

it('says that there was no build before', () => {
  expect(explainChange(undefined, { Dockerfile: 'a' })).toEqual(['never built before'])
})

it('says nothing where nothing changed', () => {
  const [before, after] = [
    { Dockerfile: 'a', './x': 'file 644 1' },
    { './x': 'file 644 1', Dockerfile: 'a' },
  ]
  expect(explainChange(before, after)).toEqual([])
})

it('says what changed of settings and base images', () => {
  const before = {
    'arg VERSION': '1',
    'arg OLD': 'x',
    'base node:24-slim': 'sha256:1',
    'base old:1': 'sha256:1',
    target: 'dev',
  }
  const after = {
    'arg VERSION': '2',
    'base node:24-slim': 'sha256:2',
    'base new:1': 'sha256:2',
    platforms: 'linux/arm64',
    target: 'prod',
  }
  expect(explainChange(before, after)).toEqual([
    'build arg OLD is gone, before "x"',
    'build arg VERSION changed from "1" to "2"',
    'base image new:1 is new',
    'base image node:24-slim is another one',
    'base image old:1 is gone',
    'platforms is new: "linux/arm64"',
    'target changed from "dev" to "prod"',
  ])
})

it.each([
  ['file 644 1', 'file 644 2', 'x changed'],
  ['file 644 1', 'file 755 1', 'x has mode 755, before 644'],
  ['file 644 1', 'file 755 2', 'x changed'],
  ['link a b', 'link c', 'x links to c, before to a b'],
  ['file 644 1', 'folder 755', 'x was a file and is a folder now'],
  ['folder 755', 'folder 700', 'x has mode 700, before 755'],
  [undefined, 'link a', 'x is new'],
  ['link a', undefined, 'x is gone'],
])('says of a path that was %j and is %j: %s', (before, after, sentence) => {
  const entries = (value?: string) => (value === undefined ? {} : { './x': value })
  expect(explainChange(entries(before), entries(after))).toEqual([sentence])
})

it('cuts a long list of files, and never for the sake of one', () => {
  const entries = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`./f${index + 10}`, 'file 644 1']))
  expect(explainChange({}, entries(17))).toHaveLength(6)
  expect(explainChange({}, entries(17)).at(-1)).toBe('and 12 more files')
  expect(explainChange({}, entries(6)).at(-1)).toBe('f15 is new')
})

it('tells of the Dockerfile once, though it is sent too, and of a long value not all', () => {
  const before = { Dockerfile: '1', './Dockerfile': 'file 644 1', 'arg A': '' }
  const after = { Dockerfile: '2', './Dockerfile': 'file 644 2', 'arg A': 'x'.repeat(500) }
  const [first, second = '', ...rest] = explainChange(before, after)
  expect([first, rest]).toEqual(['Dockerfile changed', []])
  expect(second.length).toBeLessThan(120)
})
