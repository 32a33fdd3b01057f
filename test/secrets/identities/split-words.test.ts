import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitWords } from '../../../src/secrets/identities/split-words.ts'

describe('splitWords', () => {
  it('splits as a shell does where there is nothing to expand', { timeout: 60_000 }, () => {
    const piece = fc.constantFrom(
      'a',
      'b c',
      "'x y'",
      '"d e"',
      '"f\\"g"',
      '\\ ',
      "''",
      ' ',
      '\\\\',
      '--flag=1',
      '/usr/bin/x',
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), pieces => {
        const line = pieces.join('')
        const printed = execFileSync('sh', ['-c', `for word in ${line}; do printf '%s\\0' "$word"; done`])
        expect(splitWords(line)).toEqual(printed.toString('utf8').split('\0').slice(0, -1))
      }),
      { numRuns: 40, seed: 5 },
    )
  })

  it('refuses a quote without an end', () => {
    expect(splitWords(`print "key`)).toBeUndefined()
    expect(splitWords(`print 'key`)).toBeUndefined()
  })
})
