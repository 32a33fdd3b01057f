import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SopsFormat, TreeMap } from '../../../src/secrets/document.ts'
import { type NewFile, writeSops } from '../../../src/secrets/encrypt/write-sops.ts'
import { parsePlain } from '../../../src/secrets/formats/parse.ts'
import { mapLeaves } from '../../../src/secrets/map-leaves.ts'
import { printed } from '../../../src/secrets/printed.ts'
import { readSops } from '../../../src/secrets/read-sops.ts'
import { OWN_WAYS, SCALARS, TEXTS, yamlText } from '../support/generated.ts'
import { leaves } from '../support/leaves.ts'
import { type RealSops, realSops } from '../support/real-sops.ts'

let sops: RealSops
const { signal } = new AbortController()

beforeAll(async () => {
  sops = await realSops()
})
afterAll(async () => await sops[Symbol.asyncDispose]())

async function write(
  plain: string | Buffer,
  format: SopsFormat,
  rule: Partial<NewFile> = {},
): Promise<Buffer> {
  const { recipient } = sops.keys.x25519
  const asked = { recipients: [recipient], rules: {}, macOnlyEncrypted: false, ...rule }
  return await writeSops(parsePlain(Buffer.from(plain), format, 'secrets'), format, {
    ...asked,
    file: 'secrets',
  })
}

async function read(sealed: Buffer, format: SopsFormat) {
  return await readSops(sealed, format, {
    file: 'secrets',
    identities: await sops.identities('x25519'),
    signal,
  })
}

describe('what devk encrypts', () => {
  it.each(TEXTS)(
    'sops decrypts to the same %s as what it encrypted itself',
    { timeout: 120_000 },
    async (format, text) => {
      await fc.assert(
        fc.asyncProperty(text, async plain => {
          fc.pre(!OWN_WAYS.test(plain))
          const ours = await sops.decrypt(await write(plain, format), format)
          const theirs = await sops.decrypt(await sops.encrypt(plain, format), format)
          expect(ours.toString('utf8')).toBe(theirs.toString('utf8'))
        }),
        { numRuns: 25, seed: 13 },
      )
    },
  )

  it.each(TEXTS)('is read as the same %s document', { timeout: 120_000 }, async (format, text) => {
    await fc.assert(
      fc.asyncProperty(text, async plain => {
        const parts = mapLeaves(parsePlain(Buffer.from(plain), format, 'secrets'), leaf =>
          leaf.kind === 'comment' ? leaf : printed(leaf, format),
        )
        expect(leaves(await read(await write(plain, format), format))).toEqual(leaves({ parts }))
      }),
      { numRuns: 50, seed: 17 },
    )
  })

  it('is the same for every scalar of YAML, and for every comment', { timeout: 60_000 }, async () => {
    const plain = SCALARS.filter(text => text !== '<<')
      .map(
        (text, index) =>
          `# before ${index}\nk${index}: ${text}  # behind ${index}\nopen${index}_unencrypted: ${text}\n`,
      )
      .join('')
    const [ours, theirs] = [await write(plain, 'yaml'), await sops.encrypt(plain, 'yaml')]
    expect((await sops.decrypt(ours, 'yaml')).toString()).toBe(
      (await sops.decrypt(theirs, 'yaml')).toString(),
    )
  })

  it.each<[string, Partial<NewFile>]>([
    ['unencrypted_suffix: _plain', { rules: { unencrypted_suffix: '_plain' } }],
    ['encrypted_suffix: _enc', { rules: { encrypted_suffix: '_enc' } }],
    ['encrypted_regex: ^(data|password)$', { rules: { encrypted_regex: '^(data|password)$' } }],
    ['unencrypted_regex: ^[ab]', { rules: { unencrypted_regex: '^[ab]' } }],
    ['unencrypted_comment_regex: ^ plain', { rules: { unencrypted_comment_regex: '^ plain' } }],
    ['mac_only_encrypted: true', { macOnlyEncrypted: true }],
    [
      'mac_only_encrypted: true\n    encrypted_regex: a',
      { rules: { encrypted_regex: 'a' }, macOnlyEncrypted: true },
    ],
  ])('follows the rule %s as sops does', { timeout: 120_000 }, async (rule, asked) => {
    await fc.assert(
      fc.asyncProperty(yamlText, async plain => {
        // A plaintext -0.0 is another number to sops when it is read again.
        fc.pre(!OWN_WAYS.test(plain))
        const [ours, theirs] = [await write(plain, 'yaml', asked), await sops.encryptBy(rule, plain, 'yaml')]
        expect((await sops.decrypt(ours, 'yaml')).toString()).toBe(
          (await sops.decrypt(theirs, 'yaml')).toString(),
        )
        const sealed = (text: Buffer) => text.toString().match(/ENC\[/g)?.length
        expect(sealed(ours)).toBe(sealed(theirs))
      }),
      { numRuns: 8, seed: 3 },
    )
  })

  it('follows comments that ask for encryption, also where there are several before an item of a list', async () => {
    const plain = 'a:\n    # secret\n    # more\n    - x\n    - z\n# secret\nb: 1\nc: 2\n'
    const ours = await write(plain, 'yaml', { rules: { encrypted_comment_regex: 'secret' } })
    expect((await sops.decrypt(ours, 'yaml')).toString()).toBe(plain)
    expect(ours.toString()).toMatch(/- z\n/)
    expect(ours.toString()).not.toMatch(/- x\n|b: 1/)
  })

  it('is for each kind of recipient, and for several', { timeout: 60_000 }, async () => {
    const { x25519, hybrid, ssh } = sops.keys
    for (const kind of ['x25519', 'hybrid', 'ssh'] as const) {
      for (const keys of [[sops.keys[kind]], [x25519, hybrid, ssh]]) {
        const ours = await write('a: 1\n', 'yaml', { recipients: keys.map(({ recipient }) => recipient) })
        expect((await sops.decryptWith([kind], ours, 'yaml')).toString()).toBe('a: 1\n')
        const options = { file: 'secrets', identities: await sops.identities(kind), signal }
        expect(leaves(await readSops(ours, 'yaml', options))).toEqual([['a', '1']])
      }
    }
  })

  it('is binary, byte for byte, and values of a megabyte', { timeout: 60_000 }, async () => {
    const plain = Buffer.alloc(1_000_000, Buffer.from([0, 255, 10, 13, 200, 128]))
    expect((await sops.decrypt(await write(plain, 'binary'), 'binary')).equals(plain)).toBe(true)
    const long = 'é$x'.repeat(300_000)
    for (const [format, text] of [
      ['yaml', `a: ${long}\n`],
      ['json', JSON.stringify({ a: long })],
      ['dotenv', `a=${long}\n`],
      ['ini', `[s]\na = ${long}\n`],
    ] as const) {
      const ours = await sops.decrypt(await write(text, format), format)
      expect(ours.equals(await sops.decrypt(await sops.encrypt(text, format), format))).toBe(true)
    }
  })

  it('has nothing of the plaintext in it, and no two values alike', async () => {
    const text = (
      await write('a: topsecretvalue\nb: topsecretvalue\n# topsecretcomment\n', 'yaml')
    ).toString()
    expect(text).not.toContain('topsecret')
    expect(new Set(text.match(/iv:[^,]+/g)).size).toBe(4)
  })

  it('is refused where it would be read as something else, where a key is named sops, and for unknown recipients', async () => {
    const [ini] = parsePlain(Buffer.from('[s]\na = 1\n'), 'ini', 'secrets')
    const bad = [{ ...ini, entries: [] as TreeMap['entries'] }] as TreeMap[]
    const inner: TreeMap = {
      kind: 'map',
      entries: [
        { kind: 'entry', key: '#a', value: { kind: 'scalar', type: 'str', bytes: Buffer.from('x') } },
      ],
    }
    bad[0]?.entries.push({ kind: 'entry', key: 's', value: inner })
    const options = {
      recipients: [sops.keys.x25519.recipient],
      rules: {},
      macOnlyEncrypted: false,
      file: 'secrets',
    }
    await expect(writeSops(bad, 'ini', options)).rejects.toMatchObject({ code: 'SECRETS_MALFORMED' })
    await expect(write('sops: 1\n', 'yaml')).rejects.toMatchObject({ code: 'SECRETS_MALFORMED' })
    await expect(write('a: 1\n', 'yaml', { recipients: ['age1nobody'] })).rejects.toMatchObject({
      code: 'SECRETS_UNSUPPORTED_KEY',
    })
  })
})
