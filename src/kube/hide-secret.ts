import type { Hidden } from '../base/hidden/hidden.ts'
import type { KubeObject } from './object.ts'

/** What a Secret holds is hidden; other objects hold nothing of the kind. */
export function hideSecret({ kind, metadata, ...object }: KubeObject, hide: Hidden['hide']): void {
  if (kind !== 'Secret') return
  const entries = new Map<string, Buffer>()
  for (const [entry, value] of textsOf(object['data'])) entries.set(entry, Buffer.from(value, 'base64'))
  for (const [entry, value] of textsOf(object['stringData'])) entries.set(entry, Buffer.from(value))
  hide(metadata.name, entries)
}

function textsOf(map: unknown): [string, string][] {
  if (typeof map !== 'object' || map === null) return []
  return Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}
