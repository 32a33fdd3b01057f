import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SopsFormat } from '../../src/secrets/document.ts'
import { openIdentities } from '../../src/secrets/identities/identities.ts'
import { readSops } from '../../src/secrets/read-sops.ts'
import { leaves } from './support/leaves.ts'
import { type RealSops, realSops } from './support/real-sops.ts'

const exec = promisify(execFile)
const { signal } = new AbortController()
let sops: RealSops
let recipient: string

beforeAll(async () => {
  sops = await realSops()
  await mkdir(join(sops.home, '.ssh'), { mode: 0o700 })
  const file = join(sops.home, '.ssh', 'id_rsa')
  await exec('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-C', '', '-f', file])
  recipient = (await readFile(`${file}.pub`, 'utf8')).trim()
})
afterAll(async () => await sops[Symbol.asyncDispose]())

async function read(sealed: Buffer | string, format: SopsFormat, env: NodeJS.Dict<string> = sops.env()) {
  const options = { file: '-secrets', identities: await openIdentities(env), signal }
  return await readSops(Buffer.from(sealed), format, options)
}

describe('what is encrypted for an RSA key, which only sops reads', () => {
  const PLAIN: [format: SopsFormat, plain: string | Buffer][] = [
    ['yaml', 'a: 1\nb: 1000000.0\n# c\nc: [true, null, "x"]\n---\nd: 2001-01-01\n'],
    ['json', '{"b": 1.5, "10": [true, null, "x"]}'],
    ['dotenv', 'A=x\\ny\n'],
    ['ini', '[s]\na = `x;y`\n'],
    ['binary', Buffer.from([0, 255, 13, 10, 10])],
  ]

  it.each(PLAIN)('is the same document as devk itself reads, of %s', async (format, plain) => {
    const [theirs, ours] = [
      await sops.encrypt(plain, format, '--age', recipient),
      await sops.encrypt(plain, format),
    ]
    expect(await read(theirs, format)).toEqual(await read(ours, format, sops.env('x25519')))
    expect(leaves(await read(theirs, format))).not.toEqual([])
  })

  it('is refused with the same codes', async () => {
    const sealed = (await sops.encrypt('a: one\nb: two\n', 'yaml', '--age', recipient)).toString('utf8')
    const code = async (text: string) =>
      await read(text, 'yaml').then(
        () => 'read',
        error => error.code,
      )
    expect(await code(sealed.replace(/data:./, 'data:A'))).toBe('SECRETS_TAMPERED_VALUE')
    expect(await code(sealed.replace(/^b: .*\n/m, ''))).toBe('SECRETS_MAC_MISMATCH')
    expect(await code(sealed.replace(/^ *mac: .*\n/m, ''))).toBe('SECRETS_MAC_MISSING')
  })

  it('is refused where sops is not installed, or has no key for it, which is said', async () => {
    const sealed = await sops.encrypt('a: 1\n', 'yaml', '--age', recipient)
    const nowhere = { ...sops.env(), PATH: sops.home, DEVK_HOME: sops.home }
    await expect(read(sealed, 'yaml', nowhere)).rejects.toMatchObject({
      code: 'SECRETS_UNSUPPORTED_KEY',
      message: expect.stringContaining('sops, which is not installed'),
    })
    const keyless = { ...sops.env(), HOME: join(sops.home, 'nobody') }
    await expect(read(sealed, 'yaml', keyless)).rejects.toMatchObject({ code: 'SECRETS_WRONG_KEY' })
  })
})
