import type { Fingerprint, Node, NodeRecord } from './node.ts'

/** Why there is something to do, by what the record says; nothing where its inputs are the same and it was done. */
export function changes(
  record: NodeRecord | undefined,
  fingerprint: Fingerprint,
  { explain = differences, same = isSame }: Pick<Node, 'explain' | 'same'> = {},
): string[] {
  if (!record) return ['it was not there before']
  if (!same(record.fingerprint, fingerprint)) {
    const differing = explain(record.fingerprint, fingerprint)
    return differing.length > 0 ? differing : ['its inputs changed']
  }
  if (record.phase === 'applying') return ['the last run was interrupted']
  if (record.phase === 'failed') return ['it failed the last time']
  return []
}

function differences(before: Fingerprint, after: Fingerprint): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap(name => {
    if (before[name] === after[name]) return []
    if (before[name] === undefined) return [`${name} is new`]
    return [after[name] === undefined ? `${name} is gone` : `${name} changed`]
  })
}

function isSame(before: Fingerprint, after: Fingerprint): boolean {
  return differences(before, after).length === 0
}
