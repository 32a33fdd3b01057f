import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DevkError } from '../../../src/base/errors.ts'
import type { SopsFormat, TreeNode } from '../../../src/secrets/document.ts'
import { parse } from '../../../src/secrets/formats/parse.ts'
import { takeMetadata } from '../../../src/secrets/metadata.ts'
import { dotenvText, iniText, jsonText, yamlText } from '../support/generated.ts'

const FORMATS: [format: SopsFormat, text: fc.Arbitrary<string>][] = [
  ['yaml', yamlText],
  ['json', jsonText],
  ['dotenv', dotenvText],
  ['ini', iniText],
]

/** What formats give a meaning to, so that changes at random hit more than words. */
const SPICE = [
  '[',
  ']',
  '{',
  '}',
  '"',
  '"""',
  "'",
  '`',
  ':',
  '- ',
  '#',
  ';',
  '\\',
  '\n',
  '\n  ',
  '\t',
  '&a ',
  '*a',
  '!!',
  '|',
  '>',
  '? ',
  '---\n',
  '...',
  '%',
  '\u0000',
  '\ufeff',
  '=',
  'sops:\n',
  'sops_',
  '[sops]\n',
  '__list_9',
  '__map_',
  'ENC[AES256_GCM,',
]

describe('the parser', () => {
  it.each(FORMATS)('reads %s or refuses it, whatever was done to it', { timeout: 60_000 }, (format, text) => {
    const broken = fc
      .tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat(8), fc.constantFrom(...SPICE, '')), { maxLength: 6 }))
      .map(([whole, edits]) => edits.reduce(edited, whole))
    fc.assert(
      fc.property(broken, whole => refuses(Buffer.from(whole), format)),
      { numRuns: 2_000, seed: 42, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    )
  })

  it.each(FORMATS)('reads random bytes as %s or refuses them', { timeout: 60_000 }, format => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => refuses(Buffer.from(bytes), format)),
      { numRuns: 1_000, seed: 43, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    )
  })

  it('has each key of JSON in its place, and the values that JSON.parse says', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        const whole = `{"all": ${text}}`
        const [root] = parse(Buffer.from(whole), 'json', 'x')
        expect(root && plain(root)).toEqual(JSON.parse(whole))
      }),
      { seed: 44 },
    )
  })

  it('refuses a key that is twice in one mapping of YAML, as sops does', () => {
    expect(() => parse(Buffer.from('a: 1\nb: {a: 1}\n"a": 2\n'), 'yaml', 'x')).toThrow('twice')
  })

  // So many that time that grows with their square would be minutes.
  const MANY = 80_000
  it.each<[what: string, format: SopsFormat, text: string]>([
    ['keys', 'yaml', Array.from({ length: MANY }, (_, index) => `k${index}: v\n`).join('')],
    ['brackets in comments', 'yaml', `a: [\n${'  # [\n'.repeat(MANY)}]\n`],
    ['keys', 'ini', Array.from({ length: 8 * MANY }, (_, index) => `k${index} = v\n`).join('')],
    ['spaces', 'ini', `a = b${' '.repeat(20 * MANY)}c\n`],
  ])('reads many %s of %s no slower than they are many', (_, format, text) => {
    expect(parse(Buffer.from(text), format, 'x')).toHaveLength(1)
  })
})

/** Every fault is one of ours; a value that was read is a tree to its end. */
function refuses(bytes: Buffer, format: SopsFormat): void {
  try {
    const parts = parse(bytes, format, 'x')
    for (const part of parts) plain(part)
    takeMetadata(parts, format, 'x')
  } catch (error) {
    if (!(error instanceof DevkError) || !error.code.startsWith('SECRETS_')) throw error
  }
}

function edited(text: string, [at, cut, put]: [number, number, string]): string {
  const index = text.length === 0 ? 0 : at % text.length
  return `${text.slice(0, index)}${put}${text.slice(index + cut)}`
}

/** `__proto__` stays a key as it does with JSON.parse. */
function plain(node: TreeNode): unknown {
  if (node.kind === 'list') return node.items.flatMap(item => (item.kind === 'comment' ? [] : [plain(item)]))
  if (node.kind === 'map') {
    return Object.fromEntries(
      node.entries.flatMap(entry => (entry.kind === 'entry' ? [[entry.key, plain(entry.value)]] : [])),
    )
  }
  const text = node.bytes.toString('utf8')
  if (node.type === 'null') return null
  if (node.type === 'bool') return text === 'True'
  return node.type === 'int' || node.type === 'float' ? Number(text) : text
}
