import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openHidden } from '../../src/base/hidden/hidden.ts'
import type { LogLine } from '../../src/logs/format.ts'
import { mergeLines } from '../../src/logs/merge.ts'
import { linesBackward, linesForward, listSources } from '../../src/logs/read-lines.ts'
import { openRing } from '../../src/logs/ring.ts'
import type { LogSource } from '../../src/model/log.ts'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'devk-ring-')), 'logs')
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

const hidden = openHidden()
const big = { maxBytes: 100 * 1024 * 1024, hidden }

describe('a ring of logs', () => {
  it('tells lines of several sources in the order of their times', async () => {
    const ring = await openRing(folder, big)
    await write(ring, source('a'), at(1, 'one'), at(4, 'four'), at(5, 'five'))
    await write(ring, source('b'), at(2, 'two'), at(3, 'three'), at(6, 'six'))
    expect(await texts()).toEqual(['one', 'two', 'three', 'four', 'five', 'six'])
  })

  it('tells the newest lines first without reading what is older', async () => {
    const ring = await openRing(folder, { maxBytes: 200 * 400, hidden })
    const lines = Array.from({ length: 200 }, (_, index) => at(index, `line ${index}`))
    for (const line of lines) await write(ring, source('a'), line)
    const [files] = await listSources(folder, () => true)
    expect(files?.segments.length).toBeGreaterThan(5)
    const newest = linesBackward(files as NonNullable<typeof files>)
    const first = (await newest.next()).value as LogLine[]
    expect(first[0]?.text.toString()).toBe('line 199')
    expect(first.length).toBeLessThan(100)
  })

  it('goes on after the last whole line where it was killed within one', async () => {
    const ring = await openRing(folder, big)
    await write(ring, source('a'), at(1, 'one'), at(2, 'two'), at(2, 'again'))
    await appendFile(await onlyFile(), at(3, 'cut off').slice(0, -4))
    const after = await openRing(folder, big)
    await using writer = await after.writer(source('a'))
    expect(writer.position).toEqual({ time: timeOf(2), count: 2 })
    await writer.write(Buffer.from(at(3, 'three')))
    await writer.flush()
    expect(await texts()).toEqual(['one', 'two', 'again', 'three'])
  })

  it('goes on with the file before where it was killed as the next one was begun', async () => {
    const ring = await openRing(folder, big)
    await write(ring, source('a'), at(1, 'one'))
    const file = await onlyFile()
    const begun = file.replace('.1.log', '.2.log')
    await appendFile(begun, (await readFile(file, 'utf8')).slice(0, 20))
    await using writer = await (await openRing(folder, big)).writer(source('a'))
    expect(writer.position).toEqual({ time: timeOf(1), count: 1 })
  })

  it('knows where it was where all that it wrote was in a file that is full', async () => {
    const ring = await openRing(folder, { maxBytes: 200, hidden })
    await write(ring, source('a'), at(1, 'one'), at(1, 'two'))
    await write(ring, source('a'), at(2, 'three'))
    const files = (await readdir(folder)).toSorted()
    const last = join(folder, files.at(-1) ?? '')
    const header = (await readFile(last, 'utf8')).split('\n')[0] ?? ''
    await truncate(last, header.length + 1)
    await using writer = await (await openRing(folder, big)).writer(source('a'))
    expect(writer.position).toEqual({ time: timeOf(1), count: 2 })
  })

  it('keeps a line of any length exactly, and what has no newline', async () => {
    const long = Buffer.alloc(1_500_000, 'abcdefghij')
    const ring = await openRing(folder, big)
    await using writer = await ring.writer(source('a'))
    const all = Buffer.concat([Buffer.from(at(1, '').slice(0, -1)), long, Buffer.from(`\n${at(2, 'end')}`)])
    const whole = all.subarray(0, all.length - 1)
    for (let start = 0; start < whole.length; start += 65_536)
      await writer.write(whole.subarray(start, start + 65_536))
    writer.endLine()
    await writer.flush()
    const lines = await read()
    const printed = lines.flatMap(({ text, end }) => (end ? [text] : [text, Buffer.from('\n')]))
    expect(Buffer.concat(printed).equals(Buffer.concat([long, Buffer.from('\nend')]))).toBe(true)
  })

  it('keeps bytes that are no text', async () => {
    const bytes = Buffer.from([0, 255, 128, 35, 13, 27, 91, 50, 74])
    const ring = await openRing(folder, big)
    await using writer = await ring.writer(source('a'))
    await writer.write(Buffer.concat([Buffer.from(`${timeOf(1)} `), bytes, Buffer.from('\n')]))
    await writer.flush()
    expect((await read())[0]?.text.equals(bytes)).toBe(true)
  })

  it('goes on within a long line of which it was killed', async () => {
    const ring = await openRing(folder, big)
    const writer = await ring.writer(source('a'))
    await writer.write(Buffer.from(at(1, 'one')))
    await writer.write(Buffer.concat([Buffer.from(`${timeOf(2)} `), Buffer.alloc(300_000, 'x')]))
    await writer.flush()
    await using again = await (await openRing(folder, big)).writer(source('a'))
    expect(again.position).toEqual({
      time: timeOf(1),
      count: 1,
      part: { time: timeOf(2), bytes: 300_000 },
    })
  })

  it('drops the oldest lines where it is full, and never what is written to', async () => {
    const maxBytes = 400_000
    const ring = await openRing(folder, { maxBytes, hidden })
    await using quiet = await ring.writer(source('quiet'))
    await quiet.write(Buffer.from(at(0, 'still here')))
    await quiet.flush()
    await using writer = await ring.writer(source('loud'))
    for (let index = 1; index <= 400; index++) {
      await writer.write(Buffer.from(at(index, `${index}`.padEnd(4_000, '.'))))
      await writer.flush()
    }
    await vi.waitFor(async () => expect(await bytesThere()).toBeLessThan(maxBytes * 1.1))
    const kept = await texts()
    expect(kept[0]).toBe('still here')
    expect(kept.at(-1)?.startsWith('400.')).toBe(true)
    expect(kept.slice(1).map(text => Number.parseInt(text, 10))).toEqual(
      Array.from({ length: kept.length - 1 }, (_, index) => 400 - (kept.length - 2) + index),
    )
  })

  it('keeps less as soon as it may keep less', async () => {
    const ring = await openRing(folder, big)
    for (let index = 0; index < 20; index++)
      await write(ring, source(`pod${index}`), at(index, 'x'.repeat(1_000)))
    ring.limit(5_000)
    await vi.waitFor(async () => expect(await bytesThere()).toBeLessThanOrEqual(5_000))
    expect((await read())[0]?.source.pod).toBe('pod-pod16')
  })

  it('says why nothing can be kept, takes the position back, and goes on once it can', async () => {
    const ring = await openRing(folder, big)
    await using writer = await ring.writer(source('a'))
    const inTheWay = join(folder, 'pod-a_main_uid-a.1.log')
    await mkdir(inTheWay)
    const failed = Promise.withResolvers<Error>()
    writer.onFailure(failed.resolve)
    await writer.write(Buffer.from(at(1, 'one')))
    expect((await failed.promise).message).toContain('EISDIR')
    expect(writer.position).toBeUndefined()
    await write(ring, source('b'), at(1, 'another finds room'))
    expect(ring.trouble).toContain('EISDIR')
    await expect(writer.write(Buffer.from(at(2, 'two')))).rejects.toThrow('EISDIR')
    writer.abandonLine()
    await rm(inTheWay, { recursive: true })
    await writer.write(Buffer.from(at(1, 'one')))
    await writer.flush()
    expect(await texts()).toContain('one')
    expect(ring.trouble).toBeUndefined()
  })

  it('tells which run of a container a line is of', async () => {
    const ring = await openRing(folder, { maxBytes: 4_000, hidden })
    await using writer = await ring.writer(source('a'))
    await writer.write(Buffer.from(at(1, 'first')))
    writer.beginRun(1)
    await writer.write(Buffer.from(at(2, 'second')))
    for (let index = 3; index < 20; index++) {
      await writer.write(Buffer.from(at(index, 'more')))
      await writer.flush()
    }
    expect((await read()).map(({ run }) => run).slice(0, 3)).toEqual([0, 1, 1])
    expect((await read()).at(-1)?.run).toBe(1)
  })

  it('reads nothing where nothing was ever kept', async () => {
    expect(await listSources(join(folder, 'none'), () => true)).toEqual([])
  })
})

async function write(
  ring: Awaited<ReturnType<typeof openRing>>,
  from: LogSource,
  ...lines: string[]
): Promise<void> {
  await using writer = await ring.writer(from)
  await writer.write(Buffer.from(lines.join('')))
}

async function read(): Promise<LogLine[]> {
  const lines: LogLine[] = []
  const sources = await listSources(folder, () => true)
  for await (const some of mergeLines(sources.map(each => linesForward(each)))) lines.push(...some)
  return lines
}

async function texts(): Promise<string[]> {
  return (await read()).map(({ text }) => text.toString())
}

async function bytesThere(): Promise<number> {
  const sizes = (await readdir(folder)).map(async name => (await stat(join(folder, name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

async function onlyFile(): Promise<string> {
  const [name = ''] = await readdir(folder)
  return join(folder, name)
}

function source(name: string): LogSource {
  return { service: 'api', namespace: 'shop', pod: `pod-${name}`, uid: `uid-${name}`, container: 'main' }
}

function timeOf(second: number): string {
  return `${new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString().slice(0, -1)}000000Z`
}

function at(second: number, text: string): string {
  return `${timeOf(second)} ${text}\n`
}
