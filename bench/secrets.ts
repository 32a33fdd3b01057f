import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { startPeer } from '../src/exec/peer.ts'
import { run } from '../src/exec/run.ts'
import { findTool } from '../src/exec/tools.ts'
import { formatOf } from '../src/secrets/document.ts'
import { writeSops } from '../src/secrets/encrypt/write-sops.ts'
import { parse } from '../src/secrets/formats/parse.ts'
import type { Suite } from './measure.ts'

const root = resolve(import.meta.dirname, '..')
const program = join(import.meta.dirname, 'read-secrets-once.ts')
const [FILES, KEYS] = [200, 20]

/** Files that are decrypted and verified, each time by a fresh process: beside sops, and what of it is devk's own start. */
export async function secretsBench(signal: AbortSignal): Promise<Suite[]> {
  const home = await mkdtemp(join(tmpdir(), 'devk-bench-'))
  await run({ file: join(root, 'bin/devk'), args: ['--version'] }, { signal })
  for (const folder of ['bin', 'dist'])
    await cp(join(root, folder), join(home, 'installed', folder), { recursive: true })
  const devk = join(home, 'installed/bin/devk')
  const sops = await findTool('sops')
  const identity = await generateX25519Identity()
  const env = { SOPS_AGE_KEY: identity, HOME: home }
  const [many, one, none] = ['many', 'one', 'none'].map(name => join(home, name)) as [string, string, string]
  await fill(many, FILES, identity)
  await fill(one, 1, identity)
  await fill(none, 0, identity)
  const check = async (cwd: string) =>
    void (await run({ file: devk, args: ['secrets', 'check', '--json'], cwd, env }, { signal }))
  await writeFile(join(home, 'key'), identity, { mode: 0o600 })
  const contenders = [
    {
      name: `${FILES} files of ${KEYS} keys, read by a fresh process`,
      run: (begin: () => void) => readOnce(many, begin),
    },
    { name: 'devk secrets check, no file', run: () => check(none) },
    { name: `devk secrets check, ${FILES} files of ${KEYS} keys`, run: () => check(many) },
  ]
  const decrypt = async () =>
    void (await run(
      { file: sops, args: ['--disable-version-check', 'decrypt', nameOf(0)], cwd: one, env },
      { signal },
    ))
  return [
    { title: 'Secrets: many files', contenders },
    {
      title: `Secrets: one file of ${KEYS} keys`,
      contenders: [
        { name: 'sops -d', run: decrypt },
        { name: 'devk secrets check', run: () => check(one) },
      ],
      after: () => rm(home, { recursive: true }),
    },
  ]
}

/** From when its code is loaded until all is decrypted and verified. */
async function readOnce(folder: string, begin: () => void): Promise<void> {
  const peer = startPeer({ file: process.execPath, args: [program, folder] })
  for await (const _ of peer.lines) begin()
  const ended = await peer.ended
  if (ended !== 0) throw new Error(peer.complaint())
}

function nameOf(index: number): string {
  return `${index}.yaml`
}

async function fill(folder: string, files: number, identity: string): Promise<void> {
  await mkdir(folder)
  const recipients = [await identityToRecipient(identity)]
  for (let index = 0; index < files; index++) {
    const file = nameOf(index)
    const lines = Array.from({ length: KEYS }, (_, key) => `key${key}: value ${key} of file ${index}\n`)
    const parts = parse(Buffer.from(lines.join('')), formatOf(file), file)
    const options = { recipients, rules: {}, macOnlyEncrypted: false, file }
    await writeFile(join(folder, file), await writeSops(parts, formatOf(file), options))
  }
}
