import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { findTool } from '../../../src/exec/tools.ts'
import type { SopsFormat } from '../../../src/secrets/document.ts'
import { type Identities, openIdentities } from '../../../src/secrets/identities/identities.ts'

const exec = promisify(execFile)

/** A user of their own, with keys of each kind, and the real sops. */
export interface RealSops extends AsyncDisposable {
  home: string
  keys: Record<'x25519' | 'hybrid' | 'ssh', { secret: string; recipient: string }>
  /** The user's environment, with these keys in their places. */
  env: (...keys: ('x25519' | 'hybrid' | 'ssh')[]) => Record<string, string>
  identities: (...keys: ('x25519' | 'hybrid' | 'ssh')[]) => Promise<Identities>
  encrypt: (plain: Buffer | string, format: SopsFormat, ...more: string[]) => Promise<Buffer>
  /** Has sops encrypt by a rule of a .sops.yaml. */
  encryptBy: (rule: string, plain: string, format: SopsFormat) => Promise<Buffer>
  /** What `sops decrypt` says; throws what it throws. */
  decrypt: (sealed: Buffer, format: SopsFormat, printed?: SopsFormat) => Promise<Buffer>
  /** The same with these keys alone. */
  decryptWith: (keys: ('x25519' | 'hybrid' | 'ssh')[], sealed: Buffer, format: SopsFormat) => Promise<Buffer>
}

export async function realSops(): Promise<RealSops> {
  const home = await mkdtemp(join(tmpdir(), 'devk-sops-'))
  const program = await findTool('sops')
  const sshFile = join(home, 'ssh-key')
  await exec('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', sshFile])
  const [x25519, hybrid] = [await generateX25519Identity(), await generateHybridIdentity()]
  const keys: RealSops['keys'] = {
    x25519: { secret: x25519, recipient: await identityToRecipient(x25519) },
    hybrid: { secret: hybrid, recipient: await identityToRecipient(hybrid) },
    ssh: { secret: sshFile, recipient: (await readFile(`${sshFile}.pub`, 'utf8')).trim() },
  }
  const env: RealSops['env'] = (...names) => {
    const age = names.filter(name => name !== 'ssh').map(name => keys[name].secret)
    return {
      HOME: home,
      PATH: process.env['PATH'] ?? '',
      ...(process.env['DEVK_HOME'] !== undefined && { DEVK_HOME: process.env['DEVK_HOME'] }),
      ...(age.length > 0 && { SOPS_AGE_KEY: age.join('\n') }),
      ...(names.includes('ssh') && { SOPS_AGE_SSH_PRIVATE_KEY_FILE: sshFile }),
    }
  }
  const sops = async (
    args: string[],
    input: Buffer,
    own = env('x25519', 'hybrid', 'ssh'),
  ): Promise<Buffer> => {
    const running = exec(program, ['--disable-version-check', ...args, '--filename-override', 'secrets'], {
      env: own,
      encoding: 'buffer',
      cwd: home,
      maxBuffer: 64 * 1024 * 1024,
    })
    running.child.stdin?.end(input)
    return (await running).stdout
  }
  return {
    home,
    keys,
    env,
    identities: (...names) => openIdentities(env(...names)),
    encrypt: (plain, format, ...more) => {
      const recipients = more.includes('--age') ? [] : ['--age', keys.x25519.recipient]
      const types = ['--input-type', format, '--output-type', format]
      return sops(['encrypt', ...recipients, ...types, ...more], Buffer.from(plain))
    },
    async encryptBy(rule, plain, format) {
      const config = join(home, `${randomUUID()}.yaml`)
      await writeFile(config, `creation_rules:\n  - age: ${keys.x25519.recipient}\n    ${rule}\n`)
      const types = ['--input-type', format, '--output-type', format]
      return await sops(['--config', config, 'encrypt', ...types], Buffer.from(plain))
    },
    decrypt: (sealed, format, printed = format) =>
      sops(['decrypt', '--input-type', format, '--output-type', printed], sealed),
    decryptWith: (names, sealed, format) =>
      sops(['decrypt', '--input-type', format, '--output-type', format], sealed, env(...names)),
    async [Symbol.asyncDispose]() {
      await rm(home, { recursive: true, force: true })
    },
  }
}
