import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHidden } from '../../src/base/hidden/hidden.ts'
import { type Followed, followRing } from '../../src/logs/follow-ring.ts'
import { listSources } from '../../src/logs/read-lines.ts'
import { type LogRing, openRing } from '../../src/logs/ring.ts'
import type { LogSource } from '../../src/model/log.ts'

const hidden = openHidden()

let folder: string
let closing: AbortController
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'devk-ring-')), 'logs')
  closing = new AbortController()
})
afterEach(async () => {
  closing.abort()
  await rm(join(folder, '..'), { recursive: true })
})

describe('following a ring', () => {
  it('begins with what comes after what there was, also within a file', async () => {
    const ring = await openRing(folder, { maxBytes: 1_000_000, hidden })
    await write(ring, 'a', 1, 'old')
    const followed = await follow()
    await write(ring, 'a', 2, 'new')
    await write(ring, 'b', 3, 'of another pod')
    expect(await texts(followed, 2)).toEqual(['new', 'of another pod'])
  })

  it('waits for a ring that is not there yet', async () => {
    const followed = await follow()
    await write(await openRing(folder, { maxBytes: 1_000_000, hidden }), 'a', 1, 'first')
    expect(await texts(followed, 1)).toEqual(['first'])
  })

  it('goes on with the next files', async () => {
    const ring = await openRing(folder, { maxBytes: 200 * 300, hidden })
    const followed = await follow()
    for (let line = 1; line <= 50; line++) await write(ring, 'a', line, `line ${line}`)
    expect((await texts(followed, 50)).at(-1)).toBe('line 50')
  })

  it('puts lines that come together in the order of their times', async () => {
    const ring = await openRing(folder, { maxBytes: 1_000_000, hidden })
    await write(ring, 'b', 2, 'two')
    await write(ring, 'a', 1, 'one')
    const followed = followRing(folder, { wants: () => true, from: [], signal: closing.signal })
    expect(await texts(followed, 2)).toEqual(['one', 'two'])
  })

  it('tells a reader that was too slow that lines are missing', async () => {
    const ring = await openRing(folder, { maxBytes: 20_000, hidden })
    await write(ring, 'a', 1, 'first')
    const followed = await follow()
    for (let line = 2; line <= 100; line++) await write(ring, 'a', line, 'x'.repeat(1_000))
    const first = (await followed.next()).value as Followed
    expect(first).toMatchObject({ missed: { pod: 'pod-a' } })
    const next = (await followed.next()).value as { time: string }[]
    expect(next.at(-1)?.time).toBe(timeOf(100))
  })

  it('leaves out what is not asked for', async () => {
    const ring = await openRing(folder, { maxBytes: 1_000_000, hidden })
    const followed = await follow(({ pod }) => pod === 'pod-b')
    await write(ring, 'a', 1, 'not this')
    await write(ring, 'b', 2, 'this')
    expect(await texts(followed, 1)).toEqual(['this'])
  })

  it('ends with its signal', async () => {
    const followed = await follow()
    const next = followed.next()
    closing.abort()
    expect((await next).done).toBe(true)
  })
})

async function follow(wants: (source: LogSource) => boolean = () => true): Promise<AsyncGenerator<Followed>> {
  const from = (await listSources(folder, () => true)).flatMap(({ segments }) => segments)
  return followRing(folder, { wants, from, signal: closing.signal })
}

async function write(ring: LogRing, pod: string, second: number, text: string): Promise<void> {
  await using writer = await ring.writer({
    service: 'api',
    namespace: 'shop',
    pod: `pod-${pod}`,
    uid: `uid-${pod}`,
    container: 'main',
  })
  await writer.write(Buffer.from(`${timeOf(second)} ${text}\n`))
}

async function texts(followed: AsyncGenerator<Followed>, count: number): Promise<string[]> {
  const found: string[] = []
  while (found.length < count) {
    const { value, done } = await followed.next()
    if (done) break
    if (!('missed' in value)) found.push(...value.map(({ text }) => text.toString()))
  }
  return found
}

function timeOf(second: number): string {
  return `${new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString().slice(0, -1)}000000Z`
}
