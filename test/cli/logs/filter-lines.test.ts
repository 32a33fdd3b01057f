import { describe, expect, it } from 'vitest'
import { type Filter, filterLines } from '../../../src/cli/logs/filter-lines.ts'
import { levelOf } from '../../../src/cli/logs/level-of.ts'
import { parseGrep, parseLeastLevel, parseSince, parseTail } from '../../../src/cli/logs/parse-options.ts'
import type { LogLine } from '../../../src/logs/format.ts'
import type { LogSource } from '../../../src/model/log.ts'

describe('how bad a line says that it is', () => {
  it.each([
    ['{"level":50,"msg":"x"}', 'error'],
    ['{"level":"warning","msg":"x"}', 'warn'],
    ['{"severity":"CRITICAL","message":"x"}', 'fatal'],
    ['time=2026 level=error msg="x"', 'error'],
    ['[WARN] slow', 'warn'],
    ['2026-01-01 10:00:00 ERROR Main - failed', 'error'],
    ['2026-01-01 10:00:00.1 UTC [58] FATAL:  no such role', 'fatal'],
    ['E1121 10:00:00.000000       1 main.go:10] failed', 'error'],
    ['error: no such file', 'error'],
    ['an error occurred', undefined],
    ['INFORMATIONAL', undefined],
    ['all is well', undefined],
  ])('%s', (text, level) => {
    expect(levelOf(text)).toBe(level)
  })
})

describe('which lines are shown', () => {
  it('are those that are at least that bad, with what belongs to them', () => {
    const texts = ['INFO ok', 'ERROR failed', '    at run (a.js:1)', 'Caused by: x', 'plain', 'WARN slow']
    expect(shown({ level: 'error' }, texts)).toEqual(['ERROR failed', '    at run (a.js:1)', 'Caused by: x'])
    expect(shown({ level: 'warn' }, texts)).toContain('WARN slow')
  })

  it('keep sources apart in what belongs to what', () => {
    const other = { ...source, uid: 'u2' }
    const lines = [line('ERROR failed'), line('  of another pod', other), line('  at run')]
    expect(filterLines({ level: 'error' })(lines).map(({ text }) => text.toString())).toEqual([
      'ERROR failed',
      '  at run',
    ])
  })

  it('are those that match', () => {
    expect(shown({ grep: /time.?out/i }, ['Timeout', 'fine', 'time-out'])).toEqual(['Timeout', 'time-out'])
  })

  it('are those of the run that is asked for', () => {
    const lines = [0, 1, 2].map(run => ({ ...line(`run ${run}`), run }))
    expect(filterLines({ run: () => 1 })(lines).map(({ text }) => text.toString())).toEqual(['run 1'])
  })
})

describe('what may be asked', () => {
  const now = Date.UTC(2026, 0, 1, 12)

  it('is since a duration or a time', () => {
    expect(parseSince('1h30m', now)).toBe('2026-01-01T10:30:00.000000000Z')
    expect(parseSince('2025-12-31T00:00:00Z', now)).toBe('2025-12-31T00:00:00.000000000Z')
    expect(() => parseSince('soon', now)).toThrow(/--since "soon"/)
    expect(() => parseSince('10', now)).not.toThrow(/bug/)
  })

  it('is a number of lines, or all', () => {
    expect(parseTail('20')).toBe(20)
    expect(parseTail('all')).toBe(Number.POSITIVE_INFINITY)
    expect(() => parseTail('-1')).toThrow(/number of lines/)
  })

  it('is a pattern, with flags between slashes', () => {
    expect(parseGrep('/a\\/b/i').flags).toBe('i')
    expect(parseGrep('/var/log').source).toBe('\\/var\\/log')
    expect(() => parseGrep('(')).toThrow(/regular expression/)
  })

  it('is a level, told with the nearest right one', () => {
    expect(parseLeastLevel('WARNING')).toBe('warn')
    expect(() => parseLeastLevel('eror')).toThrow(/did you mean error/)
  })
})

const source: LogSource = { service: 'api', namespace: 'shop', pod: 'api-1', uid: 'u1', container: 'api' }

function shown(filter: Filter, texts: string[]): string[] {
  return filterLines(filter)(texts.map(text => line(text))).map(({ text }) => text.toString())
}

function line(text: string, of = source): LogLine {
  return { source: of, time: '2026-01-01T00:00:00.000000000Z', text: Buffer.from(text), run: 0 }
}
