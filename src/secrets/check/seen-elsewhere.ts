import { searchFor } from '../../base/hidden/find-values.ts'
import { ageKey } from '../age/age-key.ts'
import type { EncryptedValue } from '../encrypted-values.ts'
import { keyInReach, valueInReach } from '../faults.ts'

/** Tells what of the secrets stands in other files for all to read. */
export interface Elsewhere {
  /** There is nothing to be found. */
  readonly isEmpty: boolean
  add(file: string, values: readonly EncryptedValue[], recipients: readonly string[]): void
  /** Throws SECRETS_PLAINTEXT_VALUE or SECRETS_KEY_TRACKED where a file that is not encrypted itself gives one away. */
  refuse(file: string, bytes: Buffer): Promise<void>
}

export function seenElsewhere(): Elsewhere {
  const search = searchFor()
  /** The files that are encrypted for a recipient. */
  const opened = new Map<string, string[]>()
  return {
    get isEmpty() {
      return search.isEmpty && opened.size === 0
    },
    add(file, values, recipients) {
      for (const { path, value } of values) {
        const mark = Buffer.from(`${path} of ${file}`)
        for (const form of formsOf(value.bytes.toString('latin1'))) search.add(form, mark)
      }
      for (const recipient of recipients) opened.set(recipient, [...(opened.get(recipient) ?? []), file])
    },
    async refuse(file, bytes) {
      for (const [key] of bytes.toString('latin1').matchAll(AGE_KEY)) {
        const files = opened.get((await ageKey(key)?.recipient()) ?? '')
        if (files) throw keyInReach(`${file}:${lineAt(bytes, bytes.indexOf(key))}`, files)
      }
      if (search.isEmpty) return
      const [first] = search.find(bytes, 0, bytes.length).ranges
      if (first) throw valueInReach(`${file}:${lineAt(bytes, first.from)}`, first.mark.toString())
    },
  }
}

const AGE_KEY = /AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]+/g

/** As it is, and as a manifest's `data` would have it. Of several lines the longest tells enough. */
function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/).map(line => line.trim())
  const [longest = ''] = lines.toSorted((one, other) => other.length - one.length)
  const known = lines.length === 1 || longest.length >= LONG ? longest : ''
  if (!isTelling(known)) return []
  return [known, Buffer.from(value, 'latin1').toString('base64')]
}

const LONG = 32

/** What may well stand in many a file, such as a word, a number or a host's name, gives nothing away. */
function isTelling(value: string): boolean {
  if (/[a-z]/i.test(value) && /\d/.test(value))
    return value.length >= 8 && !/^[\w-]+(\.[\w-]+)*:\d+$/.test(value)
  return value.length >= 16 && !/[./:\d]/.test(value)
}

function lineAt(bytes: Buffer, offset: number): number {
  let line = 1
  for (let at = bytes.indexOf(0x0a); at >= 0 && at < offset; at = bytes.indexOf(0x0a, at + 1)) line++
  return line
}
