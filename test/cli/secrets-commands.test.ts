import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { poll } from '../../src/base/time.ts'
import { findTool } from '../../src/exec/tools.ts'
import { type RealSops, realSops } from '../secrets/support/real-sops.ts'
import { type Devk, devkFromSource } from './support/devk-from-source.ts'

let sops: RealSops
let devk: Devk
/** In memory, and these tests' own. */
let memory: string

beforeAll(async () => {
  sops = await realSops()
  devk = await devkFromSource()
  memory = await mkdtemp('/dev/shm/devk-test-')
})
afterAll(async () => {
  await rm(memory, { recursive: true, force: true })
  await devk[Symbol.asyncDispose]()
  await sops[Symbol.asyncDispose]()
})

async function folderWith(files: Record<string, string | Buffer>): Promise<string> {
  const folder = join(sops.home, crypto.randomUUID())
  await mkdir(folder)
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

/** An editor that is a shell script; $1 is the file. */
async function editor(folder: string, script: string): Promise<string> {
  const file = join(folder, 'editor')
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o700)
  return file
}

async function decrypted(folder: string, file = 'a.yaml'): Promise<string> {
  return (await sops.decrypt(await readFile(join(folder, file)), 'yaml')).toString('utf8')
}

async function appears(file: string): Promise<void> {
  await poll(async () => existsSync(file) || undefined, { every: 20, signal: new AbortController().signal })
}

function leftOver(): string[] {
  return readdirSync(memory)
}

describe('devk secrets check', () => {
  it('finds the key by a path from where the user stands, and says what logs can’t be rid of', async () => {
    const folder = await folderWith({
      'a.yaml': await sops.encrypt('a: longenough\nb: {pin: 1234, on: true}\nc_unencrypted: x\n', 'yaml'),
    })
    await mkdir(join(folder, 'below'))
    const keys = await folderWith({ 'own.keys': sops.keys.x25519.secret })
    await writeFile(join(folder, 'devk.yaml'), 'name: shop\n')
    const env = { ...sops.env(), SOPS_AGE_KEY_FILE: join('../..', basename(keys), 'own.keys') }
    const { code, stdout } = await devk.run(['secrets', 'check', '--json'], {
      cwd: join(folder, 'below'),
      env,
    })
    expect(JSON.parse(stdout)).toEqual({ folder, files: [{ file: 'a.yaml', short: ['b.pin'] }] })
    expect(code).toBe(0)
  })
})

describe('devk secrets list and show', () => {
  const PROJECT = `name: shop
secrets:
  - {name: db, file: db.yaml, key: db}
  - {name: tls, file: tls.env, type: tls, namespaces: [one, two]}
  - {name: own, file: secret.yaml, manifest: true}
  - {name: config, file: db.yaml, entry: app.yaml}
  - {name: plain, file: plain.yaml}
`

  async function project(): Promise<string> {
    const manifest = 'apiVersion: v1\nkind: Secret\ndata: {a: dG9wc2VjcmV0}\nstringData: {b: topsecret}\n'
    return await folderWith({
      'devk.yaml': PROJECT,
      'db.yaml': await sops.encrypt('db: {user: shop, password: topsecret}\n', 'yaml'),
      'tls.env': await sops.encrypt('tls.crt=x\ntls.key=topsecret\n', 'dotenv'),
      'secret.yaml': await sops.encryptBy('encrypted_regex: ^(data|stringData)$', manifest, 'yaml'),
      'plain.yaml': 'a: 1\n',
    })
  }

  it('tells names without any key, and never values', async () => {
    const folder = await project()
    const { code, stdout } = await devk.run(['secrets', 'list', '--json'], { cwd: folder, env: sops.env() })
    const opaque = { type: 'Opaque', namespaces: ['shop'] }
    expect(JSON.parse(stdout)).toEqual({
      secrets: [
        { name: 'db', file: 'db.yaml', ...opaque, keys: ['user', 'password'] },
        {
          name: 'tls',
          file: 'tls.env',
          type: 'kubernetes.io/tls',
          namespaces: ['one', 'two'],
          keys: ['tls.crt', 'tls.key'],
        },
        { name: 'own', file: 'secret.yaml', ...opaque, keys: ['a', 'b'] },
        { name: 'config', file: 'db.yaml', ...opaque, keys: ['app.yaml'] },
        {
          name: 'plain',
          file: 'plain.yaml',
          ...opaque,
          keys: [],
          fault: expect.objectContaining({ code: 'SECRETS_NOT_ENCRYPTED' }),
        },
      ],
    })
    expect(code).toBe(1)
  })

  it('shows one value where that is meant, byte for byte', async () => {
    const folder = await project()
    const show = (...words: string[]) =>
      devk.run(['secrets', 'show', ...words], { cwd: folder, env: sops.env('x25519') })
    expect(await show('db', 'password')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('--reveal'),
    })
    expect(JSON.parse((await show('db', 'password', '--json')).stdout)).toMatchObject({
      error: { code: 'SECRETS_NOT_SHOWN' },
    })
    expect(await show('db', 'password', '--reveal')).toMatchObject({ code: 0, stdout: 'topsecret' })
    const { stdout } = await show('own', 'a', '--reveal', '--json')
    expect(JSON.parse(stdout)).toEqual({ name: 'own', key: 'a', value: 'topsecret' })
    const wrong = await show('db', 'pasword', '--reveal', '--json')
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      error: { code: 'SECRETS_UNKNOWN', message: 'Secret db has no entry pasword; did you mean password?' },
    })
  })
})

describe('devk secrets set', () => {
  it('takes the value from stdin, without the line end that shells put behind it, unless all of it is meant', async () => {
    const folder = await folderWith({ 'a.yaml': await sops.encrypt('a: 1\n', 'yaml') })
    const how = { cwd: folder, env: sops.env('x25519'), input: 'topsecret\n' }
    const { code, stdout } = await devk.run(['secrets', 'set', 'a.yaml', 'b.c', '--json'], how)
    expect(JSON.parse(stdout)).toEqual({ file: 'a.yaml', path: 'b.c', outcome: 'added' })
    expect(code).toBe(0)
    await devk.run(['secrets', 'set', 'a.yaml', 'd', '--raw'], how)
    expect(await decrypted(folder)).toBe('a: 1\nb:\n    c: topsecret\nd: |\n    topsecret\n')
  })

  it('says what is wrong, and never the value', async () => {
    const folder = await folderWith({})
    const how = { cwd: folder, env: sops.env('x25519'), input: 'topsecret\n' }
    const { code, stdout } = await devk.run(['secrets', 'set', 'a.yaml', 'b', '--json'], how)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SECRETS_NO_RULE' } })
    expect(stdout).not.toContain('topsecret')
    expect(code).toBe(1)
  })
})

describe('devk secrets edit', () => {
  it('has the editor work on a file of this user’s in memory, without keys in its environment, and wipes it', async () => {
    const folder = await folderWith({ 'a.yaml': await sops.encrypt('a: topsecret\n# c\nb: 1\n', 'yaml') })
    const script = `stat -c '%a' "$1" "$(dirname "$1")" > seen; stat -f -c %T "$1" >> seen; env >> seen; echo "$1" > where
sed -i s/topsecret/topmost/ "$1"; echo swap > "$1~"`
    const env = { ...sops.env('x25519'), XDG_RUNTIME_DIR: memory, EDITOR: await editor(folder, script) }
    const before = (await readFile(join(folder, 'a.yaml'), 'utf8')).split('\n')
    const { code, stderr } = await devk.run(['secrets', 'edit', 'a.yaml'], { cwd: folder, env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await decrypted(folder)).toBe('a: topmost\n# c\nb: 1\n')
    const after = (await readFile(join(folder, 'a.yaml'), 'utf8')).split('\n')
    expect(after.filter(line => !before.includes(line)).length).toBeLessThanOrEqual(3)
    const seen = await readFile(join(folder, 'seen'), 'utf8')
    expect(seen).toMatch(/^600\n700\ntmpfs\n/)
    expect(seen).not.toMatch(/AGE-SECRET-KEY|SOPS_AGE/)
    expect(existsSync((await readFile(join(folder, 'where'), 'utf8')).trim())).toBe(false)
    expect(leftOver()).toEqual([])
  })

  it('writes nothing where nothing was changed, or where the editor fails', async () => {
    const sealed = await sops.encrypt('a: 1\n', 'yaml')
    const folder = await folderWith({ 'a.yaml': sealed })
    for (const [script, code, expected] of [
      ['touch "$1"', 0, /"outcome":"unchanged"/],
      ['echo b: 2 > "$1"; exit 3', 1, /EDITOR_FAILED/],
      ['echo "b: [" > "$1"', 1, /SECRETS_MALFORMED.*What you wrote/],
    ] as const) {
      const env = {
        ...sops.env('x25519'),
        XDG_RUNTIME_DIR: memory,
        SOPS_EDITOR: await editor(folder, script),
      }
      const run = await devk.run(['secrets', 'edit', 'a.yaml', '--json'], { cwd: folder, env })
      expect(run).toMatchObject({ code, stdout: expect.stringMatching(expected) })
    }
    expect((await readFile(join(folder, 'a.yaml'))).equals(sealed)).toBe(true)
    expect(leftOver()).toEqual([])
  })

  it('does not write over what somebody else has changed meanwhile', async () => {
    const folder = await folderWith({ 'a.yaml': await sops.encrypt('a: 1\n', 'yaml') })
    const other = await sops.encrypt('a: other\n', 'yaml')
    await writeFile(join(folder, 'other.yaml'), other)
    const env = {
      ...sops.env('x25519'),
      XDG_RUNTIME_DIR: memory,
      EDITOR: await editor(folder, 'echo a: mine > "$1"; cp other.yaml a.yaml'),
    }
    const { stdout } = await devk.run(['secrets', 'edit', 'a.yaml', '--json'], { cwd: folder, env })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'SECRETS_CHANGED_MEANWHILE' } })
    expect((await readFile(join(folder, 'a.yaml'))).equals(other)).toBe(true)
  })

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    'ends the editor and wipes the file where it is ended by %s',
    async signal => {
      const sealed = await sops.encrypt('a: 1\n', 'yaml')
      const folder = await folderWith({ 'a.yaml': sealed })
      const env = {
        ...sops.env('x25519'),
        XDG_RUNTIME_DIR: memory,
        EDITOR: await editor(folder, 'echo "$1" > where; echo $$ > pid; echo b: 2 > "$1"; exec sleep 60'),
      }
      const child = devk.start(['secrets', 'edit', 'a.yaml'], { cwd: folder, env })
      await appears(join(folder, 'pid'))
      child.kill(signal)
      const [code] = await once(child, 'close')
      expect(code).toBe(signal === 'SIGTERM' ? 143 : 129)
      const pid = Number(await readFile(join(folder, 'pid'), 'utf8'))
      expect(() => process.kill(pid, 0)).toThrow()
      expect(existsSync((await readFile(join(folder, 'where'), 'utf8')).trim())).toBe(false)
      expect((await readFile(join(folder, 'a.yaml'))).equals(sealed)).toBe(true)
    },
  )

  it('wipes what a killed one left', async () => {
    const folder = await folderWith({ 'a.yaml': await sops.encrypt('a: 1\n', 'yaml') })
    const env = {
      ...sops.env('x25519'),
      XDG_RUNTIME_DIR: memory,
      EDITOR: await editor(folder, 'echo "$1" > where; sleep 1'),
    }
    const child = devk.start(['secrets', 'edit', 'a.yaml'], { cwd: folder, env })
    await appears(join(folder, 'where'))
    child.kill('SIGKILL')
    await once(child, 'close')
    const [left] = leftOver()
    expect(left).toBeDefined()
    await devk.run(['secrets', 'edit', 'a.yaml'], { cwd: folder, env: { ...env, EDITOR: 'true' } })
    expect(leftOver()).toEqual([])
  })

  it('makes a new file where a rule names it', async () => {
    const rule = `{path_regex: ^a, age: ${sops.keys.x25519.recipient}}`
    const folder = await folderWith({ '.sops.yaml': `creation_rules: [${rule}]\n` })
    const env = {
      ...sops.env('x25519'),
      XDG_RUNTIME_DIR: memory,
      EDITOR: await editor(folder, 'echo a: 1 > "$1"'),
    }
    const { stdout } = await devk.run(['secrets', 'edit', 'a.yaml', '--json'], { cwd: folder, env })
    expect(JSON.parse(stdout)).toEqual({ file: 'a.yaml', outcome: 'created' })
    expect(await decrypted(folder)).toBe('a: 1\n')
  })

  it('leaves what it has no key for to sops, with the plaintext in memory there, too', async () => {
    const folder = await folderWith({})
    const { recipient } = sops.keys.hybrid
    await writeFile(
      join(folder, 'a.yaml'),
      await sops.encrypt('a: one\n', 'yaml', '--age', `${recipient},${sops.keys.x25519.recipient}`),
    )
    const wrapped = (await readFile(join(folder, 'a.yaml'), 'utf8')).replace(
      /^( +age:)/m,
      '    pgp:\n        - created_at: "2024-01-01T00:00:00Z"\n          enc: x\n          fp: "0000000000000000000000000000000000000000"\n$1',
    )
    await writeFile(join(folder, 'a.yaml'), wrapped)
    const keys = join(folder, 'keys')
    await writeFile(keys, `${sops.keys.x25519.secret}\n`)
    // Only sops itself runs with the key: devk is told of a place that it finds nothing in.
    const program = join(folder, 'bin', 'sops')
    await mkdir(join(folder, 'bin'))
    await writeFile(program, `#!/bin/sh\nSOPS_AGE_KEY_FILE=${keys} exec ${await findTool('sops')} "$@"\n`)
    await chmod(program, 0o700)
    const script = 'echo "$1" > where; env > seen; sed -i s/one/two/ "$1"'
    const env = {
      ...sops.env(),
      XDG_RUNTIME_DIR: memory,
      DEVK_HOME: join(folder, 'home'),
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      SOPS_AGE_KEY_FILE: '/nowhere',
      EDITOR: await editor(folder, script),
    }
    const { code, stdout } = await devk.run(['secrets', 'edit', 'a.yaml', '--json'], { cwd: folder, env })
    expect(stdout).toContain('"outcome":"changed"')
    expect(code).toBe(0)
    expect(await readFile(join(folder, 'where'), 'utf8')).toContain(join(memory, 'devk-edit-'))
    expect(await decrypted(folder)).toBe('a: two\n')
    expect(leftOver()).toEqual([])
  })
})

describe('devk secrets init', () => {
  it('makes a key, a rule and an example, and nothing the second time', async () => {
    const folder = await folderWith({})
    const home = join(folder, 'home')
    await mkdir(home)
    const env = { HOME: home, PATH: process.env['PATH'] }
    const first = JSON.parse((await devk.run(['secrets', 'init', '--json'], { cwd: folder, env })).stdout)
    const keys = join(home, '.config/sops/age/keys.txt')
    expect(first).toMatchObject({
      key: { source: keys, recipient: expect.stringMatching(/^age1/), made: true },
      config: { file: '.sops.yaml', made: true },
      example: { file: 'secrets/example.yaml', made: true },
    })
    expect((await stat(keys)).mode & 0o777).toBe(0o600)
    const all = ['.sops.yaml', 'secrets/example.yaml', 'home/.config/sops/age/keys.txt']
    const read = () => Promise.all(all.map(file => readFile(join(folder, file), 'utf8')))
    const before = await read()
    const second = JSON.parse((await devk.run(['secrets', 'init', '--json'], { cwd: folder, env })).stdout)
    expect(second).toEqual({
      key: { ...first.key, made: false },
      config: { file: '.sops.yaml', made: false },
    })
    expect(await read()).toEqual(before)
    const checked = await devk.run(['secrets', 'check', '--json'], { cwd: folder, env })
    expect(JSON.parse(checked.stdout).files).toContainEqual({ file: 'secrets/example.yaml' })
  })

  it('takes a key that there is, keeps a .sops.yaml, and writes over no file of keys', async () => {
    const folder = await folderWith({ '.sops.yaml': 'creation_rules: []\n' })
    const env = { ...sops.env('x25519'), HOME: join(folder, 'home') }
    const { stdout } = await devk.run(['secrets', 'init', '--json'], { cwd: folder, env })
    expect(JSON.parse(stdout)).toEqual({
      key: { source: 'SOPS_AGE_KEY', recipient: sops.keys.x25519.recipient, made: false },
      config: { file: '.sops.yaml', made: false },
    })
    expect(await readFile(join(folder, '.sops.yaml'), 'utf8')).toBe('creation_rules: []\n')
    const keys = join(folder, 'home/.config/sops/age/keys.txt')
    await mkdir(join(keys, '..'), { recursive: true })
    await writeFile(keys, 'something else\n')
    const keyless = { ...env, SOPS_AGE_KEY: undefined }
    const refused = await devk.run(['secrets', 'init', '--json'], { cwd: folder, env: keyless })
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'SECRETS_NO_KEY' } })
    expect(await readFile(keys, 'utf8')).toBe('something else\n')
  })
})
