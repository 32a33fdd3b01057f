import { expect, it } from 'vitest'
import { utcTimes } from '../../../src/kube/logs/utc-times.ts'

it('leaves a log as it is whose times are in UTC', async () => {
  const log = '2026-01-01T10:00:00.123456789Z one\n2026-01-01T10:00:01.000000000Z two\n'
  expect(await through(log, 7)).toBe(log)
})

it('turns the times of a node in another zone into UTC with nanoseconds', async () => {
  const log = '2026-01-01T10:00:00.5+05:30 one two\n2026-01-01T00:30:00.123456789+01:00 next day\n'
  const utc = '2026-01-01T04:30:00.500000000Z one two\n2025-12-31T23:30:00.123456789Z next day\n'
  expect(await through(log, 11)).toBe(utc)
  expect(await through(log, 1_000)).toBe(utc)
})

it('leaves the end of a line that has no newline as it is', async () => {
  expect(await through('2026-01-01T10:00:00+00:00 cut', 5)).toBe('2026-01-01T10:00:00.000000000Z cut')
})

async function through(log: string, size: number): Promise<string> {
  async function* pieces() {
    for (let at = 0; at < log.length; at += size) yield Buffer.from(log.slice(at, at + size))
  }
  const out: Buffer[] = []
  for await (const piece of utcTimes(pieces())) out.push(piece)
  return Buffer.concat(out).toString()
}
