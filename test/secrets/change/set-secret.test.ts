import { execFile } from 'node:child_process'
import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SetOptions, setSecret } from '../../../src/secrets/change/set-secret.ts'
import { formatOf, type SopsFormat } from '../../../src/secrets/document.ts'
import { type RealSops, realSops } from '../support/real-sops.ts'

const exec = promisify(execFile)
const { signal } = new AbortController()
let sops: RealSops
let rsa: string

beforeAll(async () => {
  sops = await realSops()
  await mkdir(join(sops.home, '.ssh'), { mode: 0o700 })
  const file = join(sops.home, '.ssh', 'id_rsa')
  await exec('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-C', '', '-f', file])
  rsa = (await readFile(`${file}.pub`, 'utf8')).trim()
})
afterAll(async () => await sops[Symbol.asyncDispose]())

async function folderWith(files: Record<string, string | Buffer>): Promise<string> {
  const folder = join(sops.home, crypto.randomUUID())
  await mkdir(folder)
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

async function set(
  folder: string,
  file: string,
  key: string | undefined,
  value: string | Buffer,
  more: Partial<SetOptions> = {},
) {
  const options = { file, key, folder, value: Buffer.from(value), env: sops.env('x25519'), signal }
  return await setSecret({ type: undefined, mayBePlain: false, ...options, ...more })
}

async function decrypted(folder: string, file: string): Promise<string> {
  return (await sops.decrypt(await readFile(join(folder, file)), formatOf(file))).toString('utf8')
}

const PLAIN: [file: string, plain: string, key: string, changed: string][] = [
  [
    'a.yaml',
    '# top\na: one # behind\nb:\n    - x\n    # in the list\n    - x\nc: 1\n',
    'a',
    '# top\n# behind\na: new\nb:\n    - x\n    # in the list\n    - x\nc: 1\n',
  ],
  [
    'a.json',
    '{\n\t"b": {\n\t\t"10": "x",\n\t\t"a": 1.5\n\t},\n\t"c": true\n}\n',
    'b.10',
    '{\n\t"b": {\n\t\t"10": "new",\n\t\t"a": 1.5\n\t},\n\t"c": true\n}\n',
  ],
  ['a.env', '# c\nA.B=1\nB=2\n', 'A.B', '# c\nA.B=new\nB=2\n'],
  ['a.ini', '; c\n[s]\na  = 1\nbb = 2\n', 's.a', '; c\n[s]\na  = new\nbb = 2\n'],
]

describe('setSecret', () => {
  it.each(PLAIN)(
    'changes one value of %s, and no other line but the time and the MAC',
    async (file, plain, key, changed) => {
      const sealed = await sops.encrypt(plain, formatOf(file))
      const folder = await folderWith({ [file]: sealed })
      expect(await set(folder, file, key, 'new')).toEqual({ file, path: key, outcome: 'changed' })
      expect(await decrypted(folder, file)).toBe(changed)
      const before = new Set(sealed.toString().split('\n'))
      const after = (await readFile(join(folder, file), 'utf8')).split('\n')
      expect(after.filter(line => !before.has(line)).length).toBeLessThanOrEqual(3)
      expect(after.length).toBe(sealed.toString().split('\n').length)
    },
  )

  it('replaces a binary file, byte for byte', async () => {
    const folder = await folderWith({ 'tls.key': await sops.encrypt('old', 'binary') })
    const bytes = Buffer.from([0, 255, 10, 13, 10])
    expect(await set(folder, 'tls.key', undefined, bytes)).toMatchObject({ outcome: 'changed' })
    expect((await sops.decrypt(await readFile(join(folder, 'tls.key')), 'binary')).equals(bytes)).toBe(true)
    await expect(set(folder, 'tls.key', 'a', 'x')).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('adds mappings that are missing and items behind a list, and takes a dot in a key that is there for part of it', async () => {
    const folder = await folderWith({ 'a.yaml': await sops.encrypt('a.b:\n    c: 1\nl: [x]\ne:\n', 'yaml') })
    expect(await set(folder, 'a.yaml', 'a.b.c', '2')).toMatchObject({ outcome: 'changed' })
    expect(await set(folder, 'a.yaml', 'd.e.f', 'new')).toMatchObject({ outcome: 'added', path: 'd.e.f' })
    await set(folder, 'a.yaml', 'l.1', 'y')
    await set(folder, 'a.yaml', '["e"]["x.y"]', 'z')
    expect(await decrypted(folder, 'a.yaml')).toBe(
      'a.b:\n    c: 2\nl:\n    - x\n    - "y"\ne:\n    x.y: z\nd:\n    e:\n        f: new\n',
    )
  })

  it('keeps the type of the value before if the new one can be of it; otherwise it is a text, or what is asked for', async () => {
    const folder = await folderWith({ 'a.yaml': await sops.encrypt('i: 1\nb: true\ns: "1"\n', 'yaml') })
    await set(folder, 'a.yaml', 'i', '7')
    await set(folder, 'a.yaml', 'b', 'no')
    await set(folder, 'a.yaml', 's', '2')
    await set(folder, 'a.yaml', 'f', '1.50', { type: 'float' })
    expect(await decrypted(folder, 'a.yaml')).toBe('i: 7\nb: "no"\ns: "2"\nf: 1.5\n')
    await expect(set(folder, 'a.yaml', 'i', 'x', { type: 'int' })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(set(folder, 'a.yaml', 's', Buffer.from([255]))).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('takes what would lose figures as a number for a text', async () => {
    const folder = await folderWith({ 'a.yaml': await sops.encrypt('pin: 4321\nversion: 1.9\n', 'yaml') })
    await set(folder, 'a.yaml', 'pin', '0042')
    await set(folder, 'a.yaml', 'version', '1.10')
    expect(await decrypted(folder, 'a.yaml')).toBe('pin: "0042"\nversion: "1.10"\n')
  })

  it('writes nothing where the value is that already', async () => {
    const sealed = await sops.encrypt('a: one\n', 'yaml')
    const folder = await folderWith({ 'a.yaml': sealed })
    expect(await set(folder, 'a.yaml', 'a', 'one')).toMatchObject({ outcome: 'unchanged' })
    expect((await readFile(join(folder, 'a.yaml'))).equals(sealed)).toBe(true)
  })

  it('refuses to replace many values by one, and what is below a value', async () => {
    const sealed = await sops.encrypt('a: {b: topsecret}\nl: [x]\n', 'yaml')
    const folder = await folderWith({ 'a.yaml': sealed })
    for (const key of ['a', 'l', 'a.b.c', 'l.x', 'l.2']) {
      const refused = set(folder, 'a.yaml', key, 'new')
      await expect(refused).rejects.toMatchObject({ code: 'SECRETS_NOT_A_VALUE' })
      await expect(refused).rejects.not.toHaveProperty('message', expect.stringContaining('topsecret'))
    }
    await expect(set(folder, 'a.yaml', '["a"', 'x')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(set(folder, 'a.yaml', undefined, 'x')).rejects.toMatchObject({ code: 'USAGE' })
    expect((await readFile(join(folder, 'a.yaml'))).equals(sealed)).toBe(true)
  })

  it('refuses to write a value where the file’s rule leaves it readable, unless that is meant', async () => {
    const folder = await folderWith({ 'a.yaml': await sops.encrypt('a: 1\n', 'yaml') })
    await expect(set(folder, 'a.yaml', 'x_unencrypted', 'new')).rejects.toMatchObject({
      code: 'SECRETS_PLAINTEXT_VALUE',
    })
    await set(folder, 'a.yaml', 'x_unencrypted', 'new', { mayBePlain: true })
    expect(await readFile(join(folder, 'a.yaml'), 'utf8')).toContain('x_unencrypted: new\n')
  })

  it('keeps the file’s mode and a link to it', async () => {
    const folder = await folderWith({ 'a.yaml': await sops.encrypt('a: 1\n', 'yaml') })
    await chmod(join(folder, 'a.yaml'), 0o664)
    await symlink('a.yaml', join(folder, 'link.yaml'))
    await set(folder, 'link.yaml', 'a', '2')
    expect((await stat(join(folder, 'a.yaml'))).mode & 0o777).toBe(0o664)
    expect((await lstat(join(folder, 'link.yaml'))).isSymbolicLink()).toBe(true)
    expect(await decrypted(folder, 'a.yaml')).toBe('a: 2\n')
  })

  it.each<[file: string, key: string | undefined, plain: string]>([
    ['new.yaml', 'a.b', 'a:\n    b: new\n'],
    ['new.json', 'a.b', '{\n\t"a": {\n\t\t"b": "new"\n\t}\n}\n'],
    ['new.env', 'A', 'A=new\n'],
    ['new.ini', 's.a', '[s]\na = new\n'],
    ['new.bin', undefined, 'new'],
  ])('makes %s where a rule of .sops.yaml names it, for those that it names', async (file, key, plain) => {
    const { x25519, ssh } = sops.keys
    const rule = `{path_regex: ^new, age: [${x25519.recipient}, "${ssh.recipient}"], encrypted_regex: ., mac_only_encrypted: true}`
    const folder = await folderWith({ '.sops.yaml': `creation_rules: [${rule}]\n` })
    expect(await set(folder, file, key, 'new')).toMatchObject({ outcome: 'created' })
    expect(await decrypted(folder, file)).toBe(plain)
    const sealed = await readFile(join(folder, file))
    expect((await sops.decryptWith(['ssh'], sealed, formatOf(file))).toString()).toBe(plain)
    expect(sealed.toString()).toContain('mac_only_encrypted')
    expect(sealed.toString()).toContain('encrypted_regex')
  })

  it('makes no file that no rule names', async () => {
    const folder = await folderWith({ '.sops.yaml': 'creation_rules: [{path_regex: other, age: age1x}]\n' })
    await expect(set(folder, 'new.yaml', 'a', 'x')).rejects.toMatchObject({ code: 'SECRETS_NO_RULE' })
    await expect(lstat(join(folder, 'new.yaml'))).rejects.toThrow()
  })
})

describe('setSecret in files that only sops opens', () => {
  const FILES: [file: string, plain: string][] = [
    ['a.yaml', 'a:\n    b: one\n'],
    ['a.json', '{"a": {"b": "one"}}'],
    ['a.ini', '[a]\nb = one\n'],
    ['a.env', 'a.b=one\n'],
  ]

  it.each(FILES)('has sops set the value in %s', async (file, plain) => {
    const format: SopsFormat = formatOf(file)
    const folder = await folderWith({ [file]: await sops.encrypt(plain, format, '--age', rsa) })
    expect(await set(folder, file, 'a.b', 'n"e\\w')).toMatchObject({ outcome: 'changed' })
    expect(await decrypted(folder, file)).toContain(format === 'json' ? 'n\\"e\\\\w' : 'n"e\\w')
    expect((await decrypted(folder, file)).includes('one')).toBe(false)
  })

  it('has sops set it at the very key and place, by any name and with comments in a list', async () => {
    const plain =
      "'a\"b': x\n'a\\b': x\nl:\n    # one\n    - x\n    - y\nl_unencrypted:\n    # one\n    - x\n    - y\n"
    const folder = await folderWith({ 'a.yaml': await sops.encrypt(plain, 'yaml', '--age', rsa) })
    for (const key of ['a"b', 'a\\b', 'l.1', 'l.2']) await set(folder, 'a.yaml', key, 'new')
    await set(folder, 'a.yaml', 'l_unencrypted.1', 'new', { mayBePlain: true })
    expect(await decrypted(folder, 'a.yaml')).toBe(
      'a"b: new\na\\b: new\nl:\n    # one\n    - x\n    - new\n    - new\nl_unencrypted:\n    # one\n    - x\n    - new\n',
    )
  })

  it('has sops make a new file', async () => {
    const folder = await folderWith({ '.sops.yaml': `creation_rules: [{path_regex: ^new, age: "${rsa}"}]\n` })
    await set(folder, 'new.yaml', 'a.b', 'new')
    expect(await decrypted(folder, 'new.yaml')).toBe('a:\n    b: new\n')
  })

  it('makes no new file of which sops would read another value than was set', async () => {
    const folder = await folderWith({ '.sops.yaml': `creation_rules: [{path_regex: ^new, age: "${rsa}"}]\n` })
    for (const [file, key, value] of [
      ['new.env', 'a', 'C:\\new'],
      ['new.ini', 's.a', '"two"'],
    ] as const) {
      await expect(set(folder, file, key, value)).rejects.toMatchObject({ code: 'SECRETS_MALFORMED' })
      await expect(lstat(join(folder, file))).rejects.toMatchObject({ code: 'ENOENT' })
    }
  })

  it('leaves the file as it is where sops has no key for it, and says what to run', async () => {
    const sealed = await sops.encrypt('a: topsecret\n', 'yaml', '--age', rsa)
    const folder = await folderWith({ 'a.yaml': sealed })
    const env = { ...sops.env('x25519'), HOME: join(sops.home, 'nobody') }
    const refused = set(folder, 'a.yaml', 'a', 'topsecret', { env })
    await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^SECRETS_/) })
    await refused.catch(error => expect(JSON.stringify(error)).not.toContain('topsecret'))
    expect((await readFile(join(folder, 'a.yaml'))).equals(sealed)).toBe(true)
  })
})
