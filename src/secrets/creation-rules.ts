import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml'
import { errorCode } from '../base/errors.ts'
import { malformed } from './faults.ts'
import { matcher, RULE_FIELDS, type Rule, type RuleFields, ruleOf } from './rules.ts'

export const SOPS_CONFIG = '.sops.yaml'

/** What a .sops.yaml says of new files. */
export interface CreationRule {
  /** The .sops.yaml that it is in. */
  config: string
  /** Whether it says for which files it is: one that doesn't is for whatever somebody encrypts. */
  hasPath: boolean
  fields: RuleFields
  rule: Rule
  recipients: string[]
  /** What it encrypts for besides age, such as `pgp`, or `key_groups` where there are several: that is left to sops. */
  others: string[]
  macOnlyEncrypted: boolean
}

/** The first rule for a file; undefined where no .sops.yaml above it has one. */
export type CreationRules = (path: string) => Promise<CreationRule | undefined>

interface Config {
  folder: string
  rules: { names: ((path: string) => boolean) | undefined; rule: CreationRule }[]
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
    return config.rules.find(({ names }) => names === undefined || names(name))?.rule
  }
}

async function readConfig(folder: string): Promise<Config | undefined> {
  const file = join(folder, SOPS_CONFIG)
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
    const path = textAt(item, 'path_regex')
    const fields: RuleFields = Object.fromEntries(
      RULE_FIELDS.map(name => [name, textAt(item, name)]).filter(([, text]) => text),
    )
    const rule = {
      config: file,
      hasPath: path !== '',
      fields,
      rule: ruleOf(fields),
      macOnlyEncrypted: item.get('mac_only_encrypted') === true,
      ...keysOf(item),
    }
    return { names: path === '' ? undefined : matcher(path), rule }
  })
}

const OTHER_KEYS = ['pgp', 'kms', 'gcp_kms', 'hckms', 'azure_keyvault', 'hc_vault_transit_uri', 'hc_vault']

function keysOf(item: YAMLMap): Pick<CreationRule, 'recipients' | 'others'> {
  const groups = item.get('key_groups')
  if (!isSeq(groups)) return { recipients: textsAt(item, 'age'), others: otherKeys(item) }
  const [group] = groups.items
  if (groups.items.length > 1 || !isMap(group)) return { recipients: [], others: ['key_groups'] }
  return { recipients: textsAt(group, 'age'), others: otherKeys(group) }
}

function otherKeys(item: YAMLMap): string[] {
  return OTHER_KEYS.filter(name => {
    const value = item.get(name)
    return isSeq(value) ? value.items.length > 0 : Boolean(value)
  })
}

/** A list, or one text with commas. */
function textsAt(item: YAMLMap, name: string): string[] {
  const value = item.get(name)
  const texts = isSeq(value)
    ? value.items.map(one => (isScalar(one) ? String(one.value) : ''))
    : textAt(item, name).split(',')
  return texts.map(text => text.trim()).filter(Boolean)
}

function textAt(item: YAMLMap, name: string): string {
  const value = item.get(name)
  return typeof value === 'string' ? value : ''
}
