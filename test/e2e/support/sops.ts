import { readFile, writeFile } from 'node:fs/promises'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { run } from '../../../src/exec/run.ts'
import { findTool } from '../../../src/exec/tools.ts'
import { formatOf } from '../../../src/secrets/document.ts'

/** A key of its own, and files that the real sops encrypts for it. */
export interface AgeKey {
  file: string
  encrypt: (file: string, plain: string) => Promise<void>
}

export async function newAgeKey(file: string): Promise<AgeKey> {
  const secret = await generateX25519Identity()
  await writeFile(file, `${secret}\n`, { mode: 0o600 })
  return ageKey(file)
}

export async function ageKey(file: string): Promise<AgeKey> {
  const secret = /^AGE-SECRET-KEY-\S+/m.exec(await readFile(file, 'utf8'))?.[0] ?? ''
  const recipient = await identityToRecipient(secret)
  return {
    file,
    async encrypt(path, plain) {
      const format = formatOf(path)
      const types = ['--input-type', format, '--output-type', format, '--filename-override', 'new']
      const args = ['--disable-version-check', 'encrypt', '--age', recipient, ...types]
      const { stdout } = await run({ file: await findTool('sops'), args, input: plain })
      await writeFile(path, stdout)
    },
  }
}
