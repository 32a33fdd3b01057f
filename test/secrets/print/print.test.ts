import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  comment,
  type SopsFormat,
  scalar,
  type TreeMap,
  type TreeNode,
} from '../../../src/secrets/document.ts'
import { parse } from '../../../src/secrets/formats/parse.ts'
import { mapLeaves } from '../../../src/secrets/map-leaves.ts'
import { print, printPlain } from '../../../src/secrets/print/print.ts'
import { printYaml } from '../../../src/secrets/print/yaml.ts'
import { readSops } from '../../../src/secrets/read-sops.ts'
import { OWN_WAYS, SCALARS, TEXTS } from '../support/generated.ts'
import { type RealSops, realSops } from '../support/real-sops.ts'

let sops: RealSops
const { signal } = new AbortController()

beforeAll(async () => {
  sops = await realSops()
})
afterAll(async () => await sops[Symbol.asyncDispose]())

async function both(plain: string, format: SopsFormat) {
  const sealed = await sops.encrypt(plain, format)
  const reprinted = print(parse(sealed, format, 'secrets'), format, { file: 'secrets' })
  expect(reprinted.toString('utf8')).toBe(sealed.toString('utf8'))
  const { parts } = await readSops(onOwnLines(sealed, format), format, {
    file: 'secrets',
    identities: await sops.identities('x25519'),
    signal,
  })
  const ours = printPlain(parts, format, { file: 'secrets' })
  expect(ours.toString('utf8')).toBe((await sops.decrypt(sealed, format)).toString('utf8'))
}

/** Sops forgets of encrypted comments that they stood behind a value. */
function onOwnLines(sealed: Buffer, format: SopsFormat): Buffer {
  const parts = mapLeaves(parse(sealed, format, 'secrets'), leaf =>
    leaf.kind === 'comment' && leaf.bytes.includes('ENC[') ? comment(leaf.bytes) : leaf,
  )
  return print(parts, format, { file: 'secrets' })
}

describe('print', () => {
  it.each(TEXTS)(
    'writes %s as sops does, encrypted and decrypted',
    { timeout: 120_000 },
    async (format, text) => {
      await fc.assert(
        fc.asyncProperty(text, async plain => {
          fc.pre(!OWN_WAYS.test(plain))
          await both(plain, format)
        }),
        { numRuns: 25, seed: 5 },
      )
    },
  )

  it('writes any text as a YAML value that is read as that text', () => {
    const odd = fc.constantFrom('\n', ' ', '\t', '#', ':', '-', '|', '0', '\u2028', '\r')
    const texts = fc
      .array(fc.oneof(odd, fc.string({ unit: 'grapheme', maxLength: 3 })), { maxLength: 8 })
      .map(pieces => pieces.join(''))
    fc.assert(
      fc.property(texts, texts, (key, text) => {
        const value = scalar('str', text)
        const inner: TreeMap = { kind: 'map', entries: [{ kind: 'entry', key, value }] }
        const list: TreeNode = { kind: 'list', items: [value, inner, { kind: 'list', items: [value] }] }
        const map: TreeMap = {
          kind: 'map',
          entries: [
            { kind: 'entry', key: 'a', value: list },
            { kind: 'entry', key: 'b', value: inner },
          ],
        }
        for (const indent of [2, 4]) expect(parse(printYaml([map], indent), 'yaml', 'secrets')).toEqual([map])
      }),
      { numRuns: 2_000, seed: 23 },
    )
  })

  it('writes every scalar of YAML as sops does', { timeout: 120_000 }, async () => {
    await both(
      SCALARS.filter(text => text !== '<<')
        .map((text, index) => `k${index}: ${text}\nplain${index}_unencrypted: ${text}\n`)
        .join(''),
      'yaml',
    )
  })
})
