import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Encrypter } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openIdentities } from '../../../src/secrets/identities/identities.ts'
import { readSops } from '../../../src/secrets/read-sops.ts'
import { leaves } from '../support/leaves.ts'
import { type RealSops, realSops } from '../support/real-sops.ts'

let sops: RealSops
let sealed: Buffer
const { signal } = new AbortController()

beforeAll(async () => {
  sops = await realSops()
  sealed = await sops.encrypt('a: 1\n', 'yaml')
})
afterAll(async () => await sops[Symbol.asyncDispose]())

/** A user of their own who has nothing but these files, which are named from their home. */
async function user(files: Record<string, string | Uint8Array>): Promise<{ HOME: string; PATH: string }> {
  const HOME = join(sops.home, crypto.randomUUID())
  await mkdir(HOME)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(HOME, name)), { recursive: true })
    await writeFile(join(HOME, name), content, { mode: 0o600 })
  }
  return { HOME, PATH: process.env['PATH'] ?? '' }
}

async function read(env: NodeJS.Dict<string>, text = sealed): Promise<unknown> {
  const options = { file: 'secrets.yaml', identities: await openIdentities(env), signal }
  return await readSops(text, 'yaml', options).then(leaves)
}

async function refusal(env: NodeJS.Dict<string>, text = sealed): Promise<{ code: string; detail: string }> {
  return await read(env, text).then(
    () => expect.fail('it was read'),
    error => error,
  )
}

describe('keys are found where sops looks for them', () => {
  it('in SOPS_AGE_KEY, among others on one line', async () => {
    const { hybrid, x25519 } = sops.keys
    const keys = `# mine\n${hybrid.secret} ${x25519.secret}\n`
    expect(await read({ ...(await user({})), SOPS_AGE_KEY: keys })).toEqual([['a', '1']])
  })

  it('in SOPS_AGE_KEY_FILE', async () => {
    const own = await user({ 'my keys': `# created\r\n\n${sops.keys.x25519.secret}\n` })
    expect(await read({ ...own, SOPS_AGE_KEY_FILE: join(own.HOME, 'my keys') })).toEqual([['a', '1']])
  })

  it('in what SOPS_AGE_KEY_CMD prints, which is told the recipient and is run without a shell', async () => {
    const { recipient, secret } = sops.keys.x25519
    const script = `#!/bin/sh\ntest "$1" = 'two words; exit' && test "$SOPS_AGE_RECIPIENT" = ${recipient} && echo ${secret}\n`
    const own = await user({ 'print key': script })
    const command = `sh "${join(own.HOME, 'print key')}" 'two words; exit'`
    expect(await read({ ...own, SOPS_AGE_KEY_CMD: command })).toEqual([['a', '1']])
  })

  it('in what a command prints that is run once for all files, as long as their recipient is the same', async () => {
    const own = await user({})
    const log = join(own.HOME, 'runs')
    const command = `sh -c 'echo run >> "$1"; echo "$2"' sh "${log}" ${sops.keys.x25519.secret}`
    const identities = await openIdentities({ ...own, SOPS_AGE_KEY_CMD: command })
    const gone = AbortSignal.abort()
    const options = { file: 'secrets.yaml', identities }
    await expect(readSops(sealed, 'yaml', { ...options, signal: gone })).rejects.toThrow()
    const other = await sops.encrypt('b: 2\n', 'yaml')
    const reading = [sealed, other, sealed].map(text => readSops(text, 'yaml', { ...options, signal }))
    expect((await Promise.all(reading)).map(leaves)).toEqual([[['a', '1']], [['b', '2']], [['a', '1']]])
    expect(await readFile(log, 'utf8')).toBe('run\n')
  })

  it('in the default key file, of XDG_CONFIG_HOME too', async () => {
    const own = await user({ 'xdg/sops/age/keys.txt': sops.keys.x25519.secret })
    expect(await read({ ...own, XDG_CONFIG_HOME: join(own.HOME, 'xdg') })).toEqual([['a', '1']])
  })

  it('in ~/.ssh/id_ed25519, and in the file that SOPS_AGE_SSH_PRIVATE_KEY_FILE names', async () => {
    const { secret, recipient } = sops.keys.ssh
    const forSsh = await sops.encrypt('a: 1\n', 'yaml', '--age', recipient)
    const own = await user({ '.ssh/id_ed25519': await readFile(secret) })
    expect(await read(own, forSsh)).toEqual([['a', '1']])
    const named = { ...(await user({})), SOPS_AGE_SSH_PRIVATE_KEY_FILE: secret }
    expect(await read(named, forSsh)).toEqual([['a', '1']])
  })
})

describe('without the right key', () => {
  it('it is said which recipients there are and where was looked', async () => {
    const own = await user({})
    const { code, detail } = await refusal(own)
    expect(code).toBe('SECRETS_NO_KEY')
    expect(detail).toContain(sops.keys.x25519.recipient)
    expect(detail).toContain(join(own.HOME, '.config/sops/age/keys.txt'))
  })

  it('it is said which keys were tried, and never the keys', async () => {
    const { code, detail } = await refusal({ ...(await user({})), SOPS_AGE_KEY: sops.keys.hybrid.secret })
    expect(code).toBe('SECRETS_WRONG_KEY')
    expect(detail).toContain('SOPS_AGE_KEY')
    expect(detail).not.toContain('AGE-SECRET')
  })

  it('a place that can not be used is told, and does no harm to others', async () => {
    const own = await user({ '.config/sops/age/keys.txt': 'AGE-SECRET-KEY-1BROKEN' })
    const places = {
      ...own,
      SOPS_AGE_KEY_FILE: join(own.HOME, 'absent'),
      SOPS_AGE_KEY_CMD: "sh -c 'echo AGE-SECRET-KEY-1SECRET; exit 3'",
    }
    const { code, detail } = await refusal(places)
    expect(code).toBe('SECRETS_NO_KEY')
    expect(detail).toContain('there is no such file')
    expect(detail).toContain('the command failed')
    expect(detail).toContain('it has a line that is no age key')
    expect(detail).not.toMatch(/BROKEN|1SECRET/)
    expect(await read({ ...places, SOPS_AGE_KEY: sops.keys.x25519.secret })).toEqual([['a', '1']])
  })

  it('a key file with a passphrase is left to sops, which nobody is asked by', {
    timeout: 60_000,
  }, async () => {
    const encrypter = new Encrypter()
    encrypter.setPassphrase('x')
    encrypter.setScryptWorkFactor(10)
    const own = await user({ 'keys.age': await encrypter.encrypt(sops.keys.x25519.secret) })
    const { code, detail } = await refusal({ ...own, SOPS_AGE_KEY_FILE: join(own.HOME, 'keys.age') })
    expect(code).toBe('SECRETS_WRONG_KEY')
    expect(detail).toContain('could not read')
    expect(detail).not.toContain('AGE-SECRET')
  })
})
