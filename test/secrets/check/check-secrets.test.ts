import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkSecrets } from '../../../src/secrets/check/check-secrets.ts'
import { type RealSops, realSops } from '../support/real-sops.ts'

const exec = promisify(execFile)
const { signal } = new AbortController()
let sops: RealSops
let sealed: string

beforeAll(async () => {
  sops = await realSops()
  sealed = (await sops.encrypt('password: topsecretvalue\nother: x\n', 'yaml')).toString('utf8')
})
afterAll(async () => await sops[Symbol.asyncDispose]())

async function folderWith(files: Record<string, string | Buffer>): Promise<string> {
  const folder = join(sops.home, crypto.randomUUID())
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

async function track(folder: string): Promise<void> {
  await exec('git', ['init', '-q'], { cwd: folder })
  await exec('git', ['add', '-A'], { cwd: folder })
}

/** Each file with the code of its fault, or `ok`. */
async function check(folder: string): Promise<Record<string, string>> {
  const found = await checkSecrets(folder, { env: sops.env('x25519'), standing: folder, signal })
  expect(JSON.stringify(found)).not.toContain('topsecret')
  return Object.fromEntries(found.map(({ file, fault }) => [file, fault?.code ?? 'ok']))
}

describe('checkSecrets', () => {
  it('decrypts every SOPS file of the folder, of each format, and says what is wrong with which', async () => {
    const folder = await folderWith({
      'good.yaml': sealed,
      'deep/er/good.env': await sops.encrypt('A=1\n', 'dotenv'),
      'good.ini': await sops.encrypt('[a]\nb = 1\n', 'ini'),
      'good.json': await sops.encrypt('{"a": 1}', 'json'),
      'key.pem': await sops.encrypt(Buffer.from([1, 2, 255]), 'binary'),
      'changed.yaml': sealed.replace(/data:./, 'data:A'),
      'removed.yaml': sealed.replace(/^other: .*\n/m, ''),
      'unverified.yaml': sealed.replace(/^ *mac: .*\n/m, ''),
      'headless.yaml': sealed.replace(/^sops:[\s\S]*/m, ''),
      'foreign.yaml': await sops.encrypt('a: 1\n', 'yaml', '--age', sops.keys.hybrid.recipient),
      'README.md': `sops: writes ENC[AES256_GCM,data:x] and "sops" and lastmodified`,
      'plain.yaml': 'a: sops\n',
    })
    expect(await check(folder)).toEqual({
      'good.yaml': 'ok',
      'deep/er/good.env': 'ok',
      'good.ini': 'ok',
      'good.json': 'ok',
      'key.pem': 'ok',
      'changed.yaml': 'SECRETS_TAMPERED_VALUE',
      'removed.yaml': 'SECRETS_MAC_MISMATCH',
      'unverified.yaml': 'SECRETS_MAC_MISSING',
      'headless.yaml': 'SECRETS_NOT_ENCRYPTED',
      'foreign.yaml': 'SECRETS_WRONG_KEY',
    })
  })

  it('looks only at what git tracks, and follows no links', async () => {
    const folder = await folderWith({
      'tracked.yaml': sealed,
      '.gitignore': 'ignored.yaml\n',
      'ignored.yaml': 'x',
    })
    await symlink(join(folder, 'tracked.yaml'), join(folder, 'link.yaml'))
    await track(folder)
    await writeFile(join(folder, 'untracked.yaml'), sealed.replace(/data:./, 'data:A'))
    expect(await check(folder)).toEqual({ 'tracked.yaml': 'ok' })
  })

  it('finds plaintext where the first rule for a path says encrypted', async () => {
    const { recipient } = sops.keys.x25519
    const folder = await folderWith({
      '.sops.yaml': [
        'creation_rules:',
        `  - {path_regex: ^open/, encrypted_regex: ^never$, age: ${recipient}}`,
        `  - {path_regex: '\\.secret\\.', age: ${recipient}}`,
        `  - {path_regex: k8s/.*yaml$, encrypted_regex: ^(data|stringData)$, age: ${recipient}}`,
        `  - {age: ${recipient}}`,
      ].join('\n'),
      'a.secret.yaml': sealed,
      'b.secret.yaml': 'a: topsecretvalue\n',
      'c.secret.bin': 'topsecretvalue',
      'd.secret.json': '{"a": "", "b": null, "c_unencrypted": 1}',
      'open/e.secret.yaml': 'a: open\n',
      'k8s/deployment.yaml': 'kind: Deployment\n',
      'k8s/secret.yaml': 'kind: Secret\ndata: {password: topsecretvalue}\n',
      'other.yaml': 'a: 1\n',
    })
    await track(folder)
    expect(await check(folder)).toEqual({
      'a.secret.yaml': 'ok',
      'b.secret.yaml': 'SECRETS_PLAINTEXT_VALUE',
      'c.secret.bin': 'SECRETS_PLAINTEXT_VALUE',
      'd.secret.json': 'ok',
      'open/e.secret.yaml': 'ok',
      'k8s/deployment.yaml': 'ok',
      'k8s/secret.yaml': 'SECRETS_PLAINTEXT_VALUE',
    })
  })

  it('says where the plaintext is, and in a file that is encrypted by an older rule too', async () => {
    const partly = await sops.encrypt('a: 1\nb_unencrypted: 2\n', 'yaml')
    const folder = await folderWith({
      '.sops.yaml': `creation_rules: [{path_regex: yaml, encrypted_regex: ., age: ${sops.keys.x25519.recipient}}]`,
      'below/partly.yaml': partly,
    })
    const [found] = await checkSecrets(folder, { env: sops.env('x25519'), standing: folder, signal })
    expect(found?.fault).toMatchObject({ code: 'SECRETS_PLAINTEXT_VALUE', detail: 'b_unencrypted' })
  })

  it('ends when it is told to', async () => {
    const folder = await folderWith({ 'a.yaml': sealed })
    const told = { env: sops.env('x25519'), standing: folder, signal: AbortSignal.abort(new Error('told')) }
    await expect(checkSecrets(folder, told)).rejects.toThrow()
  })

  it('finds a value that stands in another file for all to read, as it is or in base64, and names both places', async () => {
    const secret = 'topsecret-4711'
    const file = (
      await sops.encrypt(`db:\n  password: ${secret}\n  port: "5432"\n  host: localhost\n`, 'yaml')
    ).toString()
    const folder = await folderWith({
      'secrets/db.yaml': file,
      'compose.yml': `# line 1\nPASSWORD: ${secret}\n`,
      'k8s/secret.yaml': `data: { password: ${Buffer.from(secret).toString('base64')} }\n`,
      'README.md': 'localhost:5432 is where it listens\n',
    })
    await track(folder)
    expect(await check(folder)).toEqual({
      'secrets/db.yaml': 'ok',
      'compose.yml': 'SECRETS_PLAINTEXT_VALUE',
      'k8s/secret.yaml': 'SECRETS_PLAINTEXT_VALUE',
    })
    const found = await checkSecrets(folder, { env: sops.env('x25519'), standing: folder, signal })
    expect(found[0]?.fault?.message).toBe(
      'compose.yml:2 has the value of db.password of secrets/db.yaml, for all to read.',
    )
  })

  it('finds a key that decrypts what is beside it where git tracks both, and leaves other keys alone', async () => {
    const folder = await folderWith({
      'secrets/db.yaml': await sops.encrypt(
        'a: topsecretvalue\n',
        'yaml',
        '--age',
        sops.keys.x25519.recipient,
      ),
      'keys/ours.txt': `# created by somebody\n${sops.keys.x25519.secret}\n`,
      'keys/other.txt': `${sops.keys.hybrid.secret}\nAGE-SECRET-KEY-1BROKEN\n`,
    })
    expect(await check(folder)).toEqual({ 'secrets/db.yaml': 'ok' })
    await track(folder)
    expect(await check(folder)).toEqual({ 'secrets/db.yaml': 'ok', 'keys/ours.txt': 'SECRETS_KEY_TRACKED' })
  })
})
