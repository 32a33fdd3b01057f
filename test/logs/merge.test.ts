import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LogLine } from '../../src/logs/format.ts'
import { mergeLines } from '../../src/logs/merge.ts'

const source = { service: 'api', namespace: 'shop', pod: 'p', uid: 'u', container: 'c' }

it('brings any sources in one order, none of their lines lost or turned around', async () => {
  const ordered = fc.array(fc.nat(30), { maxLength: 20 }).map(times => times.toSorted((a, b) => a - b))
  await fc.assert(
    fc.asyncProperty(fc.array(ordered, { maxLength: 6 }), fc.boolean(), async (all, newestFirst) => {
      const times = newestFirst ? all.map(each => each.toReversed()) : all
      const merged: LogLine[] = []
      for await (const lines of mergeLines(times.map(batches), { newestFirst })) merged.push(...lines)
      const sign = newestFirst ? -1 : 1
      expect(merged.map(({ time }) => Number(time))).toEqual(all.flat().toSorted((a, b) => (a - b) * sign))
      for (const [index, each] of times.entries()) {
        const own = merged.filter(({ run }) => run === index).map(({ text }) => text.toString())
        expect(own).toEqual(each.map((_, line) => String(line)))
      }
    }),
  )
})

async function* batches(times: number[], run: number): AsyncGenerator<LogLine[]> {
  for (let at = 0; at < times.length; at += 3) {
    yield times.slice(at, at + 3).map((time, index) => ({
      source,
      run,
      time: String(time).padStart(3, '0'),
      text: Buffer.from(String(at + index)),
    }))
  }
}
