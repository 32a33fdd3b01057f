import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { isMap, isSeq, parseDocument } from 'yaml'
import { errorCode } from '../../base/errors.ts'
import { malformed } from '../faults.ts'
import { matcher, RULE_FIELDS, type Rule, type RuleFields, ruleOf } from '../rules.ts'

const CONFIG = '.sops.yaml'

/** Says for a file what a .sops.yaml wants encrypted in it; undefined where none names the file. */
export type CreationRules = (path: string) => Promise<Rule | undefined>

interface Config {
  folder: string
  rules: { names: ((path: string) => boolean) | undefined; rule: Rule }[]
}

/** Each .sops.yaml is read once, however many files it is for. */
export function creationRules(): CreationRules {
  const read = new Map<string, Promise<Config | undefined>>()
  const configOf = (folder: string): Promise<Config | undefined> => {
    const known = read.get(folder)
    if (known) return known
    const reading = readConfig(folder).then(own => {
      const above = dirname(folder)
      return own ?? (above === folder ? undefined : configOf(above))
    })
    read.set(folder, reading)
    return reading
  }
  return async path => {
    const config = await configOf(dirname(path))
    if (!config) return undefined
    const name = relative(config.folder, path)
    const found = config.rules.find(({ names }) => names === undefined || names(name))
    // A rule without a path is for whatever somebody encrypts; it doesn't say that all files are.
    return found?.names && found.rule
  }
}

async function readConfig(folder: string): Promise<Config | undefined> {
  const file = join(folder, CONFIG)
  try {
    return { folder, rules: parseRules(await readFile(file, 'utf8'), file) }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw error
  }
}

function parseRules(text: string, file: string): Config['rules'] {
  const document = parseDocument(text, { logLevel: 'silent', prettyErrors: false })
  if (document.errors.length > 0) throw malformed(file, 'it is not YAML')
  const list = document.get('creation_rules')
  if (!isSeq(list)) return []
  return list.items.filter(isMap).map(item => {
    const text = (name: string): string => {
      const value = item.get(name)
      return typeof value === 'string' ? value : ''
    }
    const fields: RuleFields = Object.fromEntries(RULE_FIELDS.map(name => [name, text(name)]))
    const path = text('path_regex')
    return { names: path === '' ? undefined : matcher(path), rule: ruleOf(fields) }
  })
}
