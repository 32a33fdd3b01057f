import type { TreeEntry, TreeMap, TreeNode } from './document.ts'
import { malformed } from './faults.ts'

interface Growing {
  keys: Map<string, Growing>
  places: Map<number, Growing>
  value?: TreeNode
}

/** Puts `age__list_0__map_enc` and the like back where it was: formats without nesting hold sops' own part so. */
export function unflatten(entries: readonly TreeEntry[], file: string): TreeMap {
  const root = growing()
  for (const { key, value } of entries) {
    const place = stepsOf(key).reduce(descend, root)
    if (place.value) throw malformed(file, 'its metadata says one thing twice')
    place.value = value
  }
  const whole = grown(root, file)
  if (whole.kind !== 'map') throw malformed(file, 'its metadata is no mapping')
  return whole
}

function growing(): Growing {
  return { keys: new Map(), places: new Map() }
}

function stepsOf(key: string): (string | number)[] {
  return key
    .split(/(?=__map_|__list_)/)
    .map(step => (step.startsWith('__list_') ? Number(step.slice(7)) : step.replace(/^__map_/, '')))
}

function descend(node: Growing, step: string | number): Growing {
  const next = (typeof step === 'string' ? node.keys.get(step) : node.places.get(step)) ?? growing()
  if (typeof step === 'string') node.keys.set(step, next)
  else node.places.set(step, next)
  return next
}

function grown({ keys, places, value }: Growing, file: string): TreeNode {
  if ([keys.size > 0, places.size > 0, value !== undefined].filter(Boolean).length > 1) {
    throw malformed(file, 'its metadata says two things of one place')
  }
  if (value) return value
  if (places.size === 0) {
    const entries = [...keys].map(
      ([key, node]): TreeEntry => ({ kind: 'entry', key, value: grown(node, file) }),
    )
    return { kind: 'map', entries }
  }
  const items = [...Array(places.size).keys()].map(index => {
    const node = places.get(index)
    if (!node) throw malformed(file, 'its metadata has a list with gaps')
    return grown(node, file)
  })
  return { kind: 'list', items }
}
