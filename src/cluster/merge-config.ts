import { parseDocument } from 'yaml'
import { DevkError } from '../base/errors.ts'
import type { ProviderConfig } from '../model/cluster.ts'

export type Tree = Record<string, unknown>

/** A provider's raw configuration as a tree. Throws CLUSTER_CONFIG with the file, line and column. */
export function parseProviderConfig(config: ProviderConfig | undefined): Tree {
  if (!config) return {}
  const document = parseDocument(config.content)
  const error = document.errors[0]
  const tree: unknown = error ? undefined : document.toJS()
  if (typeof tree === 'object' && tree !== null && !Array.isArray(tree)) return tree as Tree
  const at = error?.linePos?.[0]
  throw new DevkError({
    code: 'CLUSTER_CONFIG',
    message: `${config.path}${at ? `:${at.line}:${at.col}` : ''} is not a provider configuration: ${error?.message ?? 'it is no mapping'}`,
    hint: 'It is given to the provider as it stands, beside what devk sets: see the documentation of kind or k3d.',
  })
}

/** Mappings are merged, lists are joined, and where both say something else, `over` wins. */
export function mergeTrees(under: Tree, over: Tree): Tree {
  const merged: Tree = { ...under }
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue
    const before = merged[key]
    if (Array.isArray(before) && Array.isArray(value)) merged[key] = [...before, ...value]
    else if (isTree(before) && isTree(value)) merged[key] = mergeTrees(before, value)
    else merged[key] = value
  }
  return merged
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
