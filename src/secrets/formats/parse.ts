import { type SopsFormat, scalar, type TreeMap } from '../document.ts'
import { readDotenv } from './dotenv.ts'
import { readIni } from './ini.ts'
import { readJson } from './json.ts'
import { readYaml } from './yaml.ts'

/** The trees of a file, encrypted or not. A binary one is JSON while it is encrypted. */
export function parse(text: Buffer, format: SopsFormat, file: string): TreeMap[] {
  switch (format) {
    case 'yaml':
      return readYaml(text, file)
    case 'json':
    case 'binary':
      return readJson(text, file)
    case 'dotenv':
      return readDotenv(text, file)
    case 'ini':
      return readIni(text, file)
  }
}

/** The trees of a file that is not encrypted: all of a binary one is one value. */
export function parsePlain(text: Buffer, format: SopsFormat, file: string): TreeMap[] {
  if (format !== 'binary') return parse(text, format, file)
  return [{ kind: 'map', entries: [{ kind: 'entry', key: 'data', value: scalar('str', text) }] }]
}
