import { describe, expect, it } from 'vitest'
import { jsonLines, rawLines, readableLines } from '../../../src/cli/logs/format-lines.ts'
import { safeText } from '../../../src/cli/logs/safe-text.ts'
import type { LogLine } from '../../../src/logs/format.ts'
import type { LogSource } from '../../../src/model/log.ts'

const source: LogSource = {
  service: 'api',
  namespace: 'shop',
  pod: 'api-5d8-x7k2p',
  uid: 'u1',
  container: 'api',
}
const plain = { isColoured: false, timestamps: false, known: [] }

describe('what a terminal may have of a line', () => {
  it.each([
    ['colours where they are shown, and their end', '\x1b[31mred', true, '\x1b[31mred\x1b[0m'],
    ['no colours elsewhere', '\x1b[31mred\x1b[0m', false, 'red'],
    [
      'nothing that moves the cursor, clears, or sets a title',
      'a\x1b[2J\x1b[H\x1b]0;title\x07b\x1bc',
      true,
      'ab',
    ],
    ['controls by their numbers', 'bell\x07 null\x00 c1\x9b', true, 'bell\\x07 null\\x00 c1\\x9b'],
    ['tabs as they are', 'a\tb', true, 'a\tb'],
    ['the last thing that was drawn over the same line', '10%\r50%\r100%\r', true, '100%'],
    ['no carriage return at its end', 'windows\r', true, 'windows'],
    ['nothing that turns the direction of text', 'a\u202eb', true, 'a\\x202eb'],
  ])('%s', (_, text, colours, expected) => {
    expect(safeText(Buffer.from(text), { colours })).toBe(expected)
  })

  it('marks where bytes are no text', () => {
    expect(safeText(Buffer.from([97, 0xff, 0xfe, 98]), { colours: true })).toBe('a��b')
  })

  it('is cut where it is very long, and says so', () => {
    const text = safeText(Buffer.alloc(100_000, 'x'), { colours: true })
    expect(text.length).toBeLessThan(17_000)
    expect(text).toMatch(/ … 83616 bytes more: --raw shows them$/)
  })
})

describe('readable lines', () => {
  it('tell the service, and no more where nothing else is there', () => {
    expect(show('hello')).toBe('api │ hello\n')
  })

  it('tell replicas and containers apart once there are several', () => {
    const format = readableLines(plain)
    const other = { ...source, pod: 'api-5d8-zzzzz', uid: 'u2' }
    expect(text(format([line('a')]))).toBe('api │ a\n')
    expect(text(format([line('b', { source: other }), line('c')]))).toBe('api/zzzzz │ b\napi/x7k2p │ c\n')
    const proxy = { ...source, container: 'proxy' }
    expect(text(format([line('d', { source: proxy })]))).toBe('api/x7k2p:proxy │ d\n')
  })

  it('tell them apart from the first line on where they are known', () => {
    const known = [source, { ...source, pod: 'api-5d8-zzzzz', uid: 'u2' }]
    expect(text(readableLines({ ...plain, known })([line('a')]))).toBe('api/x7k2p │ a\n')
  })

  it('show JSON as level, message and fields, without what says nothing', () => {
    const json = {
      level: 50,
      time: 1,
      pid: 7,
      hostname: 'api-1',
      msg: 'no stock',
      item: 'red cup',
      user: { id: 1 },
    }
    expect(show(JSON.stringify(json))).toBe('api │ ERROR no stock item="red cup" user={"id":1}\n')
  })

  it('show the stack of what was thrown on lines of its own', () => {
    const json = { level: 'error', msg: 'failed', err: { stack: 'Error: x\n    at run (a.js:1)' } }
    expect(show(JSON.stringify(json))).toBe(
      'api │ ERROR failed\napi │   Error: x\napi │       at run (a.js:1)\n',
    )
  })

  it('let no escape through that JSON had hidden', () => {
    expect(show(JSON.stringify({ msg: 'a\x1b[2Jb\nsecond' }))).toBe('api │ ab\\x0asecond\n')
  })

  it('show a line that is no JSON as it is, though it looks like one', () => {
    expect(show('{not json}')).toBe('api │ {not json}\n')
  })

  it('show a very long line once, though it is kept in parts', () => {
    const parts = [line('begin', { end: 'part' }), line('middle', { end: 'part' }), line('end'), line('next')]
    expect(
      text(readableLines(plain)(parts.map((each, index) => ({ ...each, time: index < 3 ? 't' : 'u' })))),
    ).toBe('api │ begin …\napi │ next\n')
  })

  it('show what Kubernetes says between them', () => {
    const { container: _, ...events } = source
    const event = { kind: 'Pod', name: 'api-1', type: 'Warning', reason: 'BackOff', message: 'restarting' }
    expect(show(JSON.stringify(event), { source: events })).toBe('api │ * Pod api-1: BackOff: restarting\n')
  })

  it('show times to the millisecond', () => {
    const format = readableLines({ ...plain, timestamps: true })
    expect(text(format([line('x')]))).toBe('api │ 2026-01-01T00:00:00.123Z x\n')
  })
})

describe('lines for programs', () => {
  it('are exactly what was printed where they are raw', () => {
    const bytes = Buffer.from([27, 91, 50, 74, 255, 0])
    const lines = [
      line('a', { end: 'part' }),
      line('b'),
      line('', { text: bytes }),
      line('c', { end: 'nothing' }),
    ]
    expect(rawLines(lines).equals(Buffer.concat([Buffer.from('ab\n'), bytes, Buffer.from('\nc')]))).toBe(true)
  })

  it('are one object a line, with the bytes where they are no text', () => {
    const [first, second] = text(jsonLines([line('a'), line('', { text: Buffer.from([255]) })]))
      .split('\n')
      .filter(Boolean)
      .map(each => JSON.parse(each) as object)
    expect(first).toEqual({
      time: '2026-01-01T00:00:00.123456789Z',
      service: 'api',
      pod: 'api-5d8-x7k2p',
      container: 'api',
      run: 0,
      text: 'a',
    })
    expect(second).toMatchObject({ base64: '/w==' })
  })
})

function show(words: string, more: Partial<LogLine> = {}): string {
  return text(readableLines(plain)([line(words, more)]))
}

function line(words: string, more: Partial<LogLine> = {}): LogLine {
  return { source, time: '2026-01-01T00:00:00.123456789Z', text: Buffer.from(words), run: 0, ...more }
}

function text(bytes: Buffer): string {
  return bytes.toString()
}
