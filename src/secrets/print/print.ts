import { type SopsFormat, type TreeMap, valueAt } from '../document.ts'
import { malformed } from '../faults.ts'
import { printDotenv } from './dotenv.ts'
import { printIni } from './ini.ts'
import { printJson } from './json.ts'
import { printYaml } from './yaml.ts'

export interface PrintOptions {
  file: string
  /** As far as the file was indented until now; without one it is sops' own default. */
  indent?: string | undefined
}

/** An encrypted file's text, the twin of `parse`. A binary one is JSON while it is encrypted. */
export function print(parts: readonly TreeMap[], format: SopsFormat, { file, indent }: PrintOptions): Buffer {
  switch (format) {
    case 'yaml':
      return printYaml(parts, indent?.length)
    case 'json':
    case 'binary':
      return printJson(parts, indent)
    case 'dotenv':
      return printDotenv(parts, file)
    case 'ini':
      return printIni(parts, file)
  }
}

/** A decrypted file's text, as `sops decrypt` prints it. */
export function printPlain(parts: readonly TreeMap[], format: SopsFormat, options: PrintOptions): Buffer {
  if (format !== 'binary') return print(parts, format, options)
  const data = parts[0] && valueAt(parts[0], 'data')
  if (data?.kind !== 'scalar') throw malformed(options.file, 'it has no data')
  return data.bytes
}
