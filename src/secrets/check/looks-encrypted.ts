import type { SopsFormat } from '../document.ts'

/** Where sops' own part begins, by format. */
const OWN_PART: Record<Exclude<SopsFormat, 'binary'>, RegExp> = {
  yaml: /^["']?sops["']?:/m,
  json: /"sops"\s*:/,
  dotenv: /^sops_/m,
  ini: /^\[sops\]/m,
}

const SEALED = 'ENC[AES256_GCM,'
/** A binary file is a JSON object of one value: anything else of an unknown kind is no SOPS file. */
const BINARY = /^\s*\{\s*"(data|sops)"\s*:/

/** Whether a file means to be a SOPS file, be it a broken one; cheap, since every file of a project is asked. */
export function looksEncrypted(bytes: Buffer, format: SopsFormat): boolean {
  if (format === 'binary') return BINARY.test(bytes.toString('latin1', 0, 200)) && bytes.includes('"sops"')
  if (!bytes.includes('sops') && !bytes.includes(SEALED)) return false
  const text = bytes.toString('latin1')
  return text.includes(SEALED) || (OWN_PART[format].test(text) && text.includes('lastmodified'))
}
