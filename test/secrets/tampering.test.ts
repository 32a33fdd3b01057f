import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SopsFormat } from '../../src/secrets/document.ts'
import type { Identities } from '../../src/secrets/identities/identities.ts'
import { readSops } from '../../src/secrets/read-sops.ts'
import { leaves } from './support/leaves.ts'
import { type RealSops, realSops } from './support/real-sops.ts'

const PLAIN = {
  yaml: 'first: one\nsecond: two\nopen_unencrypted: plain\nlist:\n  - three\n  - four\nnested:\n  inner: five\n',
  json: '{"first": "one", "second": "two", "open_unencrypted": "plain", "nested": {"inner": "five"}}',
  dotenv: 'first=one\nsecond=two\nopen_unencrypted=plain\n',
  ini: '[top]\nfirst = one\nsecond = two\nopen_unencrypted = plain\n',
  binary: 'some bytes',
} as const satisfies Record<SopsFormat, string>
const FORMATS = Object.keys(PLAIN) as SopsFormat[]
const STRUCTURED = ['yaml', 'json', 'dotenv', 'ini'] as const

let sops: RealSops
let identities: Identities
const sealed = new Map<SopsFormat, string>()
const { signal } = new AbortController()

beforeAll(async () => {
  sops = await realSops()
  identities = await sops.identities('x25519')
  for (const format of FORMATS) {
    sealed.set(format, (await sops.encrypt(PLAIN[format], format)).toString('utf8'))
  }
})
afterAll(async () => await sops[Symbol.asyncDispose]())

async function read(text: string, format: SopsFormat): Promise<[string, string][]> {
  return leaves(await readSops(Buffer.from(text), format, { file: 'secrets', identities, signal }))
}

/** The code that a changed file is refused with; the change must be one. */
async function codeOf(format: SopsFormat, change: (text: string) => string): Promise<string> {
  const text = sealed.get(format) ?? ''
  const changed = change(text)
  expect(changed).not.toBe(text)
  return await read(changed, format).then(
    () => 'read',
    error => String(error.code),
  )
}

/** Another character of the alphabet in the place of the one at an index. */
function flip(text: string, index: number): string {
  return `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`
}

function flipBehind(mark: RegExp): (text: string) => string {
  return text => {
    const found = mark.exec(text)
    return found ? flip(text, found.index + found[0].length) : text
  }
}

const FIRST = /first["']?\s*[:=]\s*"?(ENC\[[^\]]+\])/
const SECOND = /second["']?\s*[:=]\s*"?(ENC\[[^\]]+\])/
const VALUE = /(?:first|data)["']?\s*[:=]\s*"?ENC\[AES256_GCM,/

function sealedAt(text: string, mark: RegExp): string {
  return mark.exec(text)?.[1] ?? ''
}

function withLine(text: string, mark: RegExp, change: (line: string) => string): string {
  return text
    .split('\n')
    .map(line => (mark.test(line) ? change(line) : line))
    .join('\n')
}

describe('a file that was changed after it was encrypted', () => {
  it.each(FORMATS)('is refused where data, iv or tag of a %s value was', async format => {
    for (const part of ['data:', '[^\\]]*?,iv:', '[^\\]]*?,tag:']) {
      const change = flipBehind(new RegExp(`${VALUE.source}${part}`))
      expect(await codeOf(format, change)).toBe('SECRETS_TAMPERED_VALUE')
    }
  })

  it.each(FORMATS)('is refused where the iv of a %s value is longer than any', async format => {
    const long = `iv:${'A'.repeat(172)}`
    expect(await codeOf(format, text => text.replace(/iv:[^,]+/, long))).toBe('SECRETS_TAMPERED_VALUE')
  })

  it.each(FORMATS)('is refused where a %s value is cut or has more behind it', async format => {
    const cut = (text: string) => text.replace(/data:(.)[^,]*,/, 'data:$1,')
    const more = (text: string) => text.replace(/,type:str\]/, ',type:str]x')
    const bits = (text: string) => text.replace(/(,tag:[^,]*)==,/, '$1=,')
    for (const change of [cut, more, bits])
      expect(await codeOf(format, change)).toBe('SECRETS_TAMPERED_VALUE')
  })

  it.each(FORMATS)('is refused where a %s value says a type that it is not', async format => {
    for (const type of ['int', 'float', 'bool', 'time', 'own']) {
      const change = (text: string) => text.replace(',type:str]', `,type:${type}]`)
      expect(await codeOf(format, change)).toBe('SECRETS_TAMPERED_VALUE')
    }
  })

  it.each(FORMATS)('is refused where the MAC of a %s file was, or is another', async format => {
    expect(await codeOf(format, flipBehind(/mac["']?\s*[:=]\s*"?ENC\[AES256_GCM,data:/))).toBe(
      'SECRETS_MAC_MISMATCH',
    )
    expect(await codeOf(format, text => text.replace(/(lastmodified\W+\d{3})\d/, '$10'))).toBe(
      'SECRETS_MAC_MISMATCH',
    )
    const plain = (text: string) => text.replace(/(mac["']?\s*[:=]\s*"?)ENC\[[^\]]*\]/, '$1AB12')
    expect(await codeOf(format, plain)).toBe('SECRETS_MAC_MISMATCH')
  })

  it.each(FORMATS)('is refused where the MAC of a %s file is gone', async format => {
    const line = (text: string) => withLine(text, /^\W*(sops_)?mac\b/, () => '').replace(/\n\n+/g, '\n')
    expect(await codeOf(format, line)).toBe('SECRETS_MAC_MISSING')
    const empty = (text: string) =>
      text.replace(
        /(mac["']?\s*[:=]\s*)"?ENC\[[^\]]*\]"?/,
        format === 'json' || format === 'binary' ? '$1""' : '$1',
      )
    expect(await codeOf(format, empty)).toBe('SECRETS_MAC_MISSING')
  })

  it.each(FORMATS)('is refused where the encrypted key of a %s file was', async format => {
    expect(await codeOf(format, flipBehind(/BEGIN AGE ENCRYPTED FILE-----(\\n|\s)+.{80}/s))).toBe(
      'SECRETS_WRONG_KEY',
    )
  })

  it.each(STRUCTURED)('is refused where two %s values are exchanged', async format => {
    const change = (text: string) => {
      const [first, second] = [sealedAt(text, FIRST), sealedAt(text, SECOND)]
      return text.replace(first, '\u0000').replace(second, first).replace('\u0000', second)
    }
    expect(await codeOf(format, change)).toBe('SECRETS_TAMPERED_VALUE')
  })

  it.each(STRUCTURED)('is refused where %s entries are in another order', async format => {
    const change = (text: string) => {
      const [first, second] = ['first', 'second'].map(
        name => new RegExp(`^.*${name}.*ENC.*$`, 'm').exec(text)?.[0] ?? '',
      )
      return text.replace(`${first}\n${second}`, `${second}\n${first}`)
    }
    expect(await codeOf(format, change)).toBe('SECRETS_MAC_MISMATCH')
  })

  it.each(STRUCTURED)('is refused where a %s entry was removed, emptied or renamed', async format => {
    const remove = (text: string) => text.replace(/^.*second.*ENC.*\n/m, '')
    expect(await codeOf(format, remove)).toBe('SECRETS_MAC_MISMATCH')
    const empty = (text: string) =>
      text.replace(/"?ENC\[[^\]]*\]"?/, format === 'json' || format === 'yaml' ? '""' : '')
    expect(await codeOf(format, empty)).toBe('SECRETS_MAC_MISMATCH')
    expect(await codeOf(format, text => text.replace('second', 'third'))).toBe('SECRETS_TAMPERED_VALUE')
  })

  it.each(STRUCTURED)('is refused where an entry of %s was added in plaintext', async format => {
    const added = {
      yaml: 'more: x\nfirst:',
      json: '"more": "x", "first":',
      dotenv: 'more=x\nfirst=',
      ini: 'more = x\nfirst ',
    }
    const change = (text: string) => text.replace(/"?first["\s]?[:=]?/, added[format])
    expect(await codeOf(format, change)).toBe('SECRETS_PLAINTEXT_VALUE')
  })

  it.each(STRUCTURED)('is refused where what %s has unencrypted was changed', async format => {
    expect(await codeOf(format, text => text.replace('plain', 'pla1n'))).toBe('SECRETS_MAC_MISMATCH')
  })

  it.each(STRUCTURED)('is refused where a rule of %s was changed to take plaintext', async format => {
    const change = (text: string) => text.replace(/(unencrypted_suffix\W+)_unencrypted/, '$1first')
    expect(await codeOf(format, change)).toMatch(/^SECRETS_(PLAINTEXT_VALUE|MAC_MISMATCH)$/)
    const less = (text: string) =>
      text.replace(/unencrypted_suffix(\W+)_unencrypted/, 'mac_only_encrypted$1true')
    expect(await codeOf(format, less)).toBe('SECRETS_MAC_MISMATCH')
  })

  it.each(FORMATS)(
    'never says other values, wherever one character of %s was flipped',
    { timeout: 120_000 },
    async format => {
      const text = sealed.get(format) ?? ''
      const values = (found: [string, string][]) => found.map(([, value]) => value)
      const original = values(await read(text, format))
      let refused = 0
      for (let index = 0; index < text.length; index += 5) {
        const found = await read(flip(text, index), format).catch(error => {
          expect(error.code).toMatch(/^SECRETS_/)
          refused += 1
        })
        if (found) expect(values(found)).toEqual(original)
      }
      expect(refused).toBeGreaterThan(text.length / 20)
    },
  )
})
