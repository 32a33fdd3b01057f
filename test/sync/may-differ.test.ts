import { describe, expect, it } from 'vitest'
import { isSame, mayDiffer } from '../../src/sync/may-differ.ts'
import { rule } from './rule.ts'

const rules = [rule('/src', '/app')]
const map = (...pairs: [string, string][]) => new Map(pairs)

describe('what may differ in a container that was started from its image', () => {
  it('is what was changed, added and removed since the image was built', () => {
    const files = map(['/src/same', 'file 644 1'], ['/src/changed', 'file 644 2'], ['/src/new', 'file 644 3'])
    const base = map(['/src/same', 'file 644 1'], ['/src/changed', 'file 644 0'], ['/src/gone', 'file 644 4'])
    expect([...mayDiffer(rules, { files, base, touched: new Set() }).files].toSorted()).toEqual([
      '/src/changed',
      '/src/gone',
      '/src/new',
    ])
  })

  it('is also what was written and is as in the image again: a container may have what was written', () => {
    const files = map(['/src/a', 'file 644 1'])
    const touched = new Set(['/src/a', '/src/b'])
    expect([...mayDiffer(rules, { files, base: files, touched }).files]).toEqual(['/src/a', '/src/b'])
  })

  it('is everything where nobody knows what the image was built from', () => {
    const files = map(['/src/a', 'file 644 1'], ['/src/b', 'file 644 1'], ['/other', 'file 644 1'])
    const found = mayDiffer(rules, { files, base: undefined, touched: new Set() })
    expect([...found.files]).toEqual(['/src/a', '/src/b'])
  })
})

describe('a file in a container is the same', () => {
  it('by its bytes and by whether it can be run, whatever else Docker made of its mode', () => {
    expect(isSame('file 644 1', 'file 664 1')).toBe(true)
    expect(isSame('file 755 1', 'file 700 1')).toBe(true)
    expect(isSame('file 755 1', 'file 644 1')).toBe(false)
    expect(isSame('file 644 1', 'file 644 2')).toBe(false)
  })

  it('where it is not there in either place', () => {
    expect(isSame(undefined, undefined)).toBe(true)
    expect(isSame('file 644 1', undefined)).toBe(false)
    expect(isSame(undefined, 'file 644 1')).toBe(false)
  })

  it('where a link leads to the same', () => {
    expect(isSame('link a b', 'link a b')).toBe(true)
    expect(isSame('link a', 'file 644 a')).toBe(false)
  })
})
