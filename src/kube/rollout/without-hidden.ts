import type { Hidden } from '../../base/hidden/hidden.ts'

/** Answers how to tell an object without what is hidden: containers and the kubelet speak in messages. */
export function withoutHidden(hidden: Hidden): <T extends object>(object: T) => T {
  let shown = new WeakMap<object, object>()
  let { version } = hidden
  return <T extends object>(object: T) => {
    if (version !== hidden.version) {
      version = hidden.version
      shown = new WeakMap()
    }
    const known = shown.get(object) ?? inMessages(object, hidden.redact)
    shown.set(object, known)
    return known as T
  }
}

/** The same one where nothing is hidden in it. */
function inMessages<T extends object>(object: T, redact: (text: string) => string): T {
  const entries = Object.entries(object)
  const shown = entries.map(([key, value]: [string, unknown]) => {
    if (typeof value === 'object' && value !== null) return [key, inMessages(value, redact)] as const
    return [key, key === 'message' && typeof value === 'string' ? redact(value) : value] as const
  })
  if (shown.every(([, value], index) => value === entries[index]?.[1])) return object
  return (Array.isArray(object) ? shown.map(([, value]) => value) : Object.fromEntries(shown)) as T
}
