import { expect, it } from 'vitest'
import { LogGone, timedLines } from '../../../src/kube/logs/timed-lines.ts'

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

it('passes on what stands before what Kubernetes says in place of a line, and throws that', async () => {
  const line = '2026-01-01T10:00:00.123456789Z one\n'
  const seen: string[] = []
  const read = async (words: string) => {
    for await (const piece of timedLines(pieces(`${line}${words}`, 1_000))) seen.push(String(piece))
  }
  await expect(read('failed to watch file "/var/log/x": no space left on device\n')).rejects.toThrow(
    'no space',
  )
  expect(seen).toEqual([line])
  await expect(read('unable to retrieve container logs for containerd://1a2b')).rejects.toThrow(LogGone)
})

it('passes a very long line on in parts', async () => {
  const log = `2026-01-01T10:00:00.123456789Z ${'x'.repeat(900_000)}\n2026-01-01T10:00:01.123456789Z next\n`
  expect(await through(log, 65_536)).toBe(log)
  let longest = 0
  for await (const { length } of timedLines(pieces(log, 65_536))) longest = Math.max(longest, length)
  expect(longest).toBeLessThan(400_000)
})

async function through(log: string, size: number): Promise<string> {
  const out: Buffer[] = []
  for await (const piece of timedLines(pieces(log, size))) out.push(piece)
  return Buffer.concat(out).toString()
}

async function* pieces(log: string, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < log.length; at += size) yield Buffer.from(log.slice(at, at + size))
}
