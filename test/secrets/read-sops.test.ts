import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SopsFormat } from '../../src/secrets/document.ts'
import { readSops } from '../../src/secrets/read-sops.ts'
import { leaves } from './support/leaves.ts'
import { type RealSops, realSops } from './support/real-sops.ts'

const { signal } = new AbortController()
let sops: RealSops

beforeAll(async () => {
  sops = await realSops()
})
afterAll(async () => await sops[Symbol.asyncDispose]())

async function codeOf(text: string, format: SopsFormat = 'yaml'): Promise<string> {
  const options = { file: 'secrets', identities: await sops.identities('x25519'), signal }
  return await readSops(Buffer.from(text, 'latin1'), format, options).then(
    () => 'read',
    error => String(error.code),
  )
}

describe('readSops', () => {
  it.each<[SopsFormat, string]>([
    ['yaml', 'a: 1\n'],
    ['yaml', ''],
    ['json', '{"a": 1}'],
    ['dotenv', 'A=1\n'],
    ['ini', '[a]\nb = 1\n'],
    ['binary', '{"data": "x"}'],
  ])('says of plain %s that it is not encrypted', async (format, text) => {
    expect(await codeOf(text, format)).toBe('SECRETS_NOT_ENCRYPTED')
  })

  it('says that a key in several parts is not put together', async () => {
    const { x25519, ssh } = sops.keys
    const groups = `shamir_threshold: 2\n    key_groups:\n      - age: ["${x25519.recipient}"]\n      - age: ["${ssh.recipient}"]`
    const sealed = await sops.encryptBy(groups, 'a: 1\n', 'yaml')
    expect(await codeOf(sealed.toString('utf8'))).toBe('SECRETS_SHAMIR')
  })

  it('reads what is encrypted by one key group', async () => {
    const group = `key_groups:\n      - age: ["${sops.keys.x25519.recipient}"]`
    expect(await codeOf((await sops.encryptBy(group, 'a: 1\n', 'yaml')).toString('utf8'))).toBe('read')
  })

  it('refuses values of other types where the rule says encrypted', async () => {
    const sealed = (await sops.encrypt('a: 1\nb: x\n', 'yaml')).toString('utf8')
    for (const value of ['5', 'true', '2001-01-01', 'ENCX', '[x]', '{y: z}']) {
      expect(await codeOf(sealed.replace(/^a: .*$/m, `a: ${value}`))).toBe('SECRETS_PLAINTEXT_VALUE')
    }
  })

  it('refuses metadata that says two things', async () => {
    const sealed = (await sops.encrypt('a: 1\n', 'yaml')).toString('utf8')
    expect(await codeOf(sealed.replace('    mac:', '    encrypted_regex: x\n    mac:'))).toBe(
      'SECRETS_MALFORMED',
    )
    expect(await codeOf(sealed.replace('lastmodified: "2', 'lastmodified: "x2'))).toBe('SECRETS_MALFORMED')
    expect(await codeOf(sealed.replace(/ {4}age:[\s\S]*(?= {4}lastmodified)/, ''))).toBe('SECRETS_MALFORMED')
  })

  it('refuses YAML that sops never writes and that could grow without end', async () => {
    const aliases = `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nsops: {}\n`
    expect(await codeOf(aliases)).toBe('SECRETS_MALFORMED')
    expect(await codeOf(`a: ${'['.repeat(20_000)}\n`)).toBe('SECRETS_MALFORMED')
    expect(await codeOf(`${'{"a":'.repeat(20_000)}`, 'json')).toBe('SECRETS_MALFORMED')
    expect(await codeOf('a: \xff\n')).toBe('SECRETS_MALFORMED')
    expect(await codeOf('1: x\nsops: {}\n')).toBe('SECRETS_MALFORMED')
  })

  it('keeps keys that JavaScript knows something of', async () => {
    const plain = '__proto__: a\nconstructor: b\ntoString: {valueOf: c}\n'
    const sealed = await sops.encrypt(plain, 'yaml')
    const options = { file: 'secrets', identities: await sops.identities('x25519'), signal }
    expect(leaves(await readSops(sealed, 'yaml', options))).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString/valueOf', 'c'],
    ])
  })

  it('says no value in what it refuses', async () => {
    const sealed = (await sops.encrypt('a: topsecretvalue\nb: x\n', 'yaml')).toString('utf8')
    const options = { file: 'secrets', identities: await sops.identities('x25519'), signal }
    for (const text of [
      sealed.replace(/^b: .*\n/m, ''),
      sealed.replace(/^b: .*$/m, 'b: topsecretvalue'),
      sealed.replace(/type:str/g, 'type:int'),
    ]) {
      const error = await readSops(Buffer.from(text), 'yaml', options).catch(thrown => thrown)
      expect(JSON.stringify(error)).toMatch(/SECRETS_/)
      expect(`${JSON.stringify(error)}${error.stack}`).not.toContain('topsecret')
    }
  })
})
