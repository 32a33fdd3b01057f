import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import type { SecretEntries, SecretSpec } from '../model/secrets.ts'
import { formatOf, type SopsDocument } from '../secrets/document.ts'
import { secretEntries } from '../secrets/entries.ts'
import { type Identities, openIdentities } from '../secrets/identities/identities.ts'
import { readSops } from '../secrets/read-sops.ts'

/** What the project's Secrets hold, as long as one run needs it. */
export interface OpenSecrets {
  /** Decrypted and verified: each file once, however many Secrets are made of it. */
  entries(spec: SecretSpec, signal: AbortSignal): Promise<SecretEntries>
}

/** By whose environment keys are found, and where they stand. */
export interface KeyUser {
  env: NodeJS.Dict<string>
  folder: string
}

export function openSecrets(folder: string, user: KeyUser): OpenSecrets {
  let identities: Promise<Identities> | undefined
  const documents = new Map<string, Promise<SopsDocument>>()

  async function read(bytes: Buffer, file: string, signal: AbortSignal): Promise<SopsDocument> {
    identities ??= openIdentities(user.env, user.folder)
    return await readSops(bytes, formatOf(file), { file, identities: await identities, signal })
  }

  return {
    async entries(spec, signal) {
      const bytes = await readFile(spec.file)
      const file = relative(folder, spec.file)
      const key = `${file} ${createHash('sha256').update(bytes).digest('hex')}`
      const document = documents.get(key) ?? read(bytes, file, signal)
      documents.set(key, document)
      return secretEntries(await document, { ...spec, file })
    },
  }
}
