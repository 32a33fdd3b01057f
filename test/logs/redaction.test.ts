import { mkdtemp, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { formsOf } from '../../src/base/hidden/forms.ts'
import { type Hidden, openHidden } from '../../src/base/hidden/hidden.ts'
import { pour } from '../../src/kube/logs/pour.ts'
import { linesForward, listSources } from '../../src/logs/read-lines.ts'
import { openRing } from '../../src/logs/ring.ts'
import { listSegments } from '../../src/logs/segments.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-redaction-'))
})
afterEach(() => rm(folder, { recursive: true }))

const source = { service: 'api', namespace: 'shop', pod: 'api-1', uid: 'uid-1', container: 'api' }
const maxBytes = 100 * 1024 * 1024

/** Few letters, so that values overlap and begin each other. */
const value = fc.string({ unit: fc.constantFrom('a', 'b', '0', '"', '\n', '/'), minLength: 4, maxLength: 60 })
const values = fc.array(value, { minLength: 1, maxLength: 6 })
/** What a line is made of: a form of a value, some of it, or something else. */
const piece = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(), fc.constant(1000)),
  fc.tuple(fc.nat(), fc.nat(), fc.nat(40)),
  fc.string({ unit: fc.constantFrom('a', 'b', '0', 'x', ' '), maxLength: 12 }),
)
/** So long that parts of it are kept; what follows stands around where they end. */
const filler = fc.tuple(fc.constantFrom('x', '.', 'ab'), fc.integer({ min: 262_000, max: 262_200 }))
const short = fc.array(piece, { maxLength: 6 })
const long = fc
  .array(fc.tuple(filler, short), { minLength: 1, maxLength: 3 })
  .chain(parts => short.map(before => [[['', 0], before] as LongPart, ...parts]))
const lines = fc.array(fc.oneof({ weight: 3, arbitrary: short }, { weight: 1, arbitrary: long }), {
  maxLength: 8,
})
/** How much of the log each connection carries, in what pieces, and how much of the file stays after it, if it was killed. */
const cut = fc.record({
  carries: fc.double({ min: 0, max: 1, noNaN: true }),
  piece: fc.integer({ min: 1_000, max: 400_000 }),
  killed: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
})

it('never keeps a value, wherever a log is cut and whenever devk is killed, and each line once', async () => {
  const scenario = fc.asyncProperty(
    values,
    lines,
    fc.array(cut, { maxLength: 4 }),
    async (given, asked, cuts) => {
      await rm(folder, { recursive: true })
      const hidden = openHidden()
      hidden.hide('shop', new Map(given.map((each, index) => [`key${index}`, Buffer.from(each)])))
      const forms = given.flatMap((each, index) =>
        [...formsOf(Buffer.from(each))].map(form => ({ form, mark: `[hidden: shop/key${index}]` })),
      )
      const texts = asked.map(each => textOf(each, forms))
      const log = Buffer.from(texts.map((text, index) => `${timeOf(index)} ${text}\n`).join(''), 'latin1')
      for (const { carries, piece, killed } of cuts) {
        await keep(hidden, log.subarray(0, Math.floor(log.length * carries)), piece).catch(() => {})
        if (killed !== null) await kill(killed)
      }
      await keep(hidden, log, 65_536, { ends: true })
      const kept = await keptTexts()
      expect(kept.map(inShort)).toEqual(texts.map(text => inShort(plainly(text, forms))))
      expect(kept.every((text, index) => text === plainly(texts[index] ?? '', forms))).toBe(true)
    },
  )
  await fc.assert(scenario, { numRuns: 150, endOnFailure: true })
}, 120_000)

it('keeps a line of which all is one hidden value, however long', async () => {
  const hidden = openHidden()
  hidden.hide('shop', new Map([['key', Buffer.from('aaaaaa')]]))
  const log = Buffer.from(`${timeOf(1)} ${'a'.repeat(3_000_000)}b\n${timeOf(2)} after\n`)
  await keep(hidden, log, 65_536, { ends: true })
  expect(await keptTexts()).toEqual(['[hidden: shop/key]b', 'after'])
})

async function keep(hidden: Hidden, log: Buffer, piece: number, { ends = false } = {}): Promise<void> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < log.length; at += piece) yield log.subarray(at, at + piece)
    if (!ends) throw new Error('it was cut')
  }
  await using writer = await (await openRing(folder, { maxBytes, hidden })).writer(source)
  await pour(chunks(), writer, { run: 0 })
}

/** What a daemon leaves that was killed as it wrote. */
async function kill(share: number): Promise<void> {
  const last = (await listSegments(folder)).at(-1)
  if (last) await truncate(last.path, Math.floor((await stat(last.path)).size * share))
}

async function keptTexts(): Promise<string[]> {
  const texts: string[] = []
  let begun = ''
  for (const files of await listSources(folder, () => true)) {
    for await (const some of linesForward(files)) {
      for (const { text, end } of some) {
        begun += text.toString('latin1')
        if (end === 'part') continue
        texts.push(begun)
        begun = ''
      }
    }
  }
  return texts
}

interface Form {
  form: string
  mark: string
}

type Piece = string | [number, number, number]
type LongPart = [[string, number], Piece[]]
type Line = Piece[] | LongPart[]

function textOf(line: Line, forms: readonly Form[]): string {
  return line
    .map(each => {
      if (typeof each === 'string') return each
      const [first, second, length] = each as Exclude<Piece, string> | LongPart
      if (typeof first !== 'number') {
        const [fill, bytes] = first
        return fill.repeat(bytes).slice(0, bytes) + textOf(second as Piece[], forms)
      }
      const form = forms[first % Math.max(forms.length, 1)]?.form ?? ''
      const from = length === 1000 ? 0 : (second as number) % Math.max(form.length, 1)
      return form.slice(from, from + (length as number))
    })
    .join('')
}

/** What is to be kept, in the plainest way: whatever bytes any form stands over go. */
function plainly(text: string, forms: readonly Form[]): string {
  const longest = new Map<number, Form>()
  for (const each of forms) {
    for (let at = text.indexOf(each.form); at >= 0; at = text.indexOf(each.form, at + 1)) {
      if (each.form.length > (longest.get(at)?.form.length ?? 0)) longest.set(at, each)
    }
  }
  let shown = ''
  let at = 0
  let within: { to: number; length: number; mark: string } | undefined
  const places = [...longest].toSorted(([a], [b]) => a - b)
  for (const [from, { form, mark }] of places) {
    if (within && from < within.to) {
      within.to = Math.max(within.to, from + form.length)
      if (form.length > within.length) Object.assign(within, { length: form.length, mark })
      continue
    }
    if (within) shown += within.mark
    shown += text.slice(within ? within.to : at, from)
    within = { to: from + form.length, length: form.length, mark }
    at = from
  }
  return within ? shown + within.mark + text.slice(within.to) : text
}

/** Long ones are told by their ends. */
function inShort(text: string): string {
  return text.length < 500 ? text : `${text.slice(0, 100)}…${text.length}…${text.slice(-300)}`
}

function timeOf(second: number): string {
  return `${new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString().slice(0, -1)}000000Z`
}
