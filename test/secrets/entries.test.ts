import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SecretSpec } from '../../src/model/secrets.ts'
import type { SopsFormat } from '../../src/secrets/document.ts'
import { secretEntries } from '../../src/secrets/entries.ts'
import { readSops } from '../../src/secrets/read-sops.ts'
import { type RealSops, realSops } from './support/real-sops.ts'

const { signal } = new AbortController()
let sops: RealSops

beforeAll(async () => {
  sops = await realSops()
})
afterAll(async () => await sops[Symbol.asyncDispose]())

type Taking = Partial<SecretSpec> & { format?: SopsFormat }

async function entries(plain: string | Buffer, taking: Taking = {}): Promise<Record<string, string>> {
  const { format = 'yaml', file = 'secrets/app.enc.yaml', ...spec } = taking
  const identities = await sops.identities('x25519')
  const document = await readSops(await sops.encrypt(plain, format), format, { file, identities, signal })
  const all = { name: 'app', manifest: false, type: 'Opaque', ...spec, file }
  const found = secretEntries(document, all)
  return Object.fromEntries([...found].map(([name, value]) => [name, value.toString('latin1')]))
}

const refusal = (plain: string | Buffer, taking?: Taking) =>
  entries(plain, taking).then(
    () => 'none',
    error => `${error.code}: ${error.message}`,
  )

describe('what a Secret is made of', () => {
  it('is each key of the file, its value as sops prints it', async () => {
    expect(await entries('a: x\nb: 5\nc: 1.50\nd: yes\ne: true\nf: 2001-01-01\ng: ""\nh: null\n')).toEqual({
      a: 'x',
      b: '5',
      c: '1.5',
      d: 'yes',
      e: 'true',
      f: '2001-01-01T00:00:00Z',
      g: '',
      h: '',
    })
    expect(await entries('A=x y\nB="q"\n', { format: 'dotenv' })).toEqual({ A: 'x y', B: '"q"' })
    expect(await entries('{"a": "x", "1": "y"}', { format: 'json' })).toEqual({ a: 'x', 1: 'y' })
  })

  it('is the keys of one mapping where key names one', async () => {
    const plain = 'db:\n  password: x\n  port: 5432\nother: y\n'
    expect(await entries(plain, { key: 'db' })).toEqual({ password: 'x', port: '5432' })
    expect(await entries('[db]\npassword = x\n', { key: 'db', format: 'ini' })).toEqual({ password: 'x' })
  })

  it('is one value where key names one, by its last name or as entry says', async () => {
    const plain = 'db:\n  password: x\n  port: 5432\n'
    expect(await entries(plain, { key: 'db.password' })).toEqual({ password: 'x' })
    expect(await entries(plain, { key: 'db.password', entry: 'PGPASSWORD' })).toEqual({ PGPASSWORD: 'x' })
  })

  it('is found also where keys have dots themselves', async () => {
    const plain = 'a.b:\n  c.d: x\n"a.b.c.d": whole\na:\n  b: y\n'
    expect(await entries(plain, { key: 'a.b.c.d' })).toEqual({ d: 'whole' })
    expect(await entries(plain.replace(/"a.*\n/, ''), { key: 'a.b.c.d' })).toEqual({ d: 'x' })
  })

  it('is one entry where entry names it: all of the file as sops decrypts it, or a mapping of it', async () => {
    const plain = '# why\na: 1.50\nb:\n    - true\n    - {c: "x y"}\nd: {e: null, f: 2001-01-01}\n'
    const decrypted = await sops.decrypt(await sops.encrypt(plain, 'yaml'), 'yaml')
    expect(await entries(plain, { entry: 'app.yaml' })).toEqual({ 'app.yaml': decrypted.toString('latin1') })
    expect(await entries('A=x y\nB=1\n', { entry: '.env', format: 'dotenv' })).toEqual({
      '.env': 'A=x y\nB=1\n',
    })
    expect(await entries('{"a": {"b": [1, "<"]}}', { key: 'a', entry: 'a.json', format: 'json' })).toEqual({
      'a.json': '{\n\t"b": [\n\t\t1,\n\t\t"\\u003c"\n\t]\n}\n',
    })
    expect(await refusal('a: [1]\n', { key: 'a', entry: 'x' })).toContain('for x is a list')
  })

  it('is a binary file as it was, under its own name without what says that it is encrypted', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 0])
    const format = 'binary'
    expect(await entries(bytes, { format, file: 'secrets/key.enc.jks' })).toEqual({
      'key.jks': bytes.toString('latin1'),
    })
    expect(await entries(bytes, { format, file: 'key.jks.sops', entry: 'store' })).toEqual({
      store: bytes.toString('latin1'),
    })
  })

  it('is refused with the path of what fits no entry, and never with a value', async () => {
    expect(await refusal('db:\n  password: hunter22\n')).toMatch(
      /SECRETS_UNFIT: Secret app can't be made of secrets\/app\.enc\.yaml: db is a map.*take it by key: db/,
    )
    expect(await refusal('list: [hunter22]\n')).toContain('list is a list')
    expect(await refusal('"a b": hunter22\n')).toContain('"a b" can\'t be an entry\'s name')
    expect(await refusal('a: hunter22\n', { key: 'b' })).toContain('there is no b in it')
    expect(await refusal('a: hunter22\n---\nb: hunter22\n')).toContain('it has 2 documents')
    expect(await refusal('a: { b: hunter22 }\n', { key: 'a.b', entry: 'a b' })).not.toContain('hunter22')
  })

  it('is refused where a Secret can’t hold so much', async () => {
    expect(await refusal(`a: ${'x'.repeat(1024 * 1024 + 1)}\n`)).toContain('a Secret holds 1048576')
  })
})

describe('types', () => {
  it('say which entries there must be', async () => {
    expect(await refusal('tls.crt: x\n', { type: 'kubernetes.io/tls' })).toContain('needs tls.key')
    expect(await refusal('tls.crt: x\ntls.key: y\n', { type: 'kubernetes.io/tls' })).toBe('none')
    expect(await refusal('user: x\n', { type: 'kubernetes.io/basic-auth' })).toContain('username or password')
    expect(await refusal('a: x\n', { type: 'kubernetes.io/ssh-auth' })).toContain('needs ssh-privatekey')
    expect(await refusal('a: x\n', { type: 'kubernetes.io/dockercfg' })).toContain('needs .dockercfg')
    expect(await refusal('token: x\n', { type: 'kubernetes.io/service-account-token' })).toContain(
      'made by Kubernetes itself',
    )
    expect(await refusal('a: x\n', { type: 'example.com/own' })).toBe('none')
  })

  it('make of a value the one entry that a dockerconfigjson is', async () => {
    const type = 'kubernetes.io/dockerconfigjson'
    const config = '{"auths":{}}'
    expect(await entries(`hub: '${config}'\n`, { type, key: 'hub' })).toEqual({ '.dockerconfigjson': config })
    expect(await entries(`.dockerconfigjson: '${config}'\n`, { type })).toEqual({
      '.dockerconfigjson': config,
    })
    const auths = 'hub: { auths: { "registry.example": { auth: x } } }\n'
    const json = (await entries(auths, { type, key: 'hub' }))['.dockerconfigjson'] ?? ''
    expect(JSON.parse(json)).toEqual({ auths: { 'registry.example': { auth: 'x' } } })
    expect(await refusal('hub: hunter22\n', { type, key: 'hub' })).toContain('.dockerconfigjson is not JSON')
  })
})

describe('a Kubernetes Secret', () => {
  const manifest = true
  const head = 'apiVersion: v1\nkind: Secret\nmetadata: { name: elsewhere, namespace: kube-system }\n'

  it('gives its data, decoded, and its stringData, and is not asked where it goes', async () => {
    const plain = `${head}data: { a: eA==, b: "aGVs\\nbG8=" }\nstringData: { b2: y, a: z }\n`
    expect(await entries(plain, { manifest })).toEqual({ a: 'z', b: 'hello', b2: 'y' })
  })

  it('is refused where it is something else, or of another type than the project says', async () => {
    expect(await refusal('kind: ConfigMap\napiVersion: v1\n', { manifest })).toContain('no Kubernetes Secret')
    expect(await refusal(`${head}type: kubernetes.io/tls\n`, { manifest })).toContain(
      'write type: kubernetes.io/tls in devk.yaml',
    )
    expect(await refusal(`${head}data: { a: "hunter22!" }\n`, { manifest })).toContain('data.a is not base64')
    expect(await refusal(`${head}data: { a: [x] }\n`, { manifest })).toContain('data.a is a list')
  })
})
