import type { Node, Outcome } from './node.ts'

/**
 *   waiting ──► looking ──► ready ──► working ──► changed | failed
 *      │           └──────────────────────────► unchanged | failed
 *      └──► held
 */
export type NodeState =
  /** For what it needs. */
  | { is: 'waiting' }
  /** Compares what there is with what there should be. */
  | { is: 'looking' }
  /** There is something to do. */
  | { is: 'ready' }
  | { is: 'working' }
  | Outcome

export interface Plan {
  /** Have all that they need: to look at now. */
  look: Node[]
  /** Have something to do and a place to do it. */
  work: Node[]
  /** Can't be done in this run, and why. */
  held: Waiting[]
  /** Must wait still, and why. */
  waiting: Waiting[]
}

export interface Waiting {
  node: Node
  reason: string
}

/** Decides for every node what is next: pure, and asked again whenever a state changes. */
export function plan(
  nodes: readonly Node[],
  states: ReadonlyMap<string, NodeState>,
  places: Readonly<Record<string, number>>,
): Plan {
  const result: Plan = { look: [], work: [], held: [], waiting: [] }
  const titles = new Map(nodes.map(({ id, title }) => [id, title]))
  const free = freePlaces(nodes, states, places)
  for (const node of nodes) {
    const state = states.get(node.id)?.is
    if (state === 'ready') {
      if (takePlace(free, node)) result.work.push(node)
      else result.waiting.push({ node, reason: `waits for its turn, ${places[node.pool ?? '']} at a time` })
    }
    if (state !== 'waiting') continue
    const needs = node.needs.map(id => ({ title: titles.get(id) ?? id, state: states.get(id)?.is }))
    const broken = needs.find(need => need.state === 'failed' || need.state === 'held')
    const open = needs.filter(need => need.state !== 'changed' && need.state !== 'unchanged')
    if (broken) {
      const words = broken.state === 'failed' ? 'failed' : 'was not done'
      result.held.push({ node, reason: `it needs ${broken.title}, which ${words}` })
    } else if (open.length > 0) {
      result.waiting.push({ node, reason: `waits for ${open.map(({ title }) => title).join(', ')}` })
    } else result.look.push(node)
  }
  return result
}

function freePlaces(
  nodes: readonly Node[],
  states: ReadonlyMap<string, NodeState>,
  places: Readonly<Record<string, number>>,
): Map<string, number> {
  const free = new Map(Object.entries(places))
  for (const node of nodes) if (states.get(node.id)?.is === 'working') takePlace(free, node)
  return free
}

function takePlace(free: Map<string, number>, { pool }: Node): boolean {
  const left = pool === undefined ? undefined : free.get(pool)
  if (pool === undefined || left === undefined) return true
  if (left > 0) free.set(pool, left - 1)
  return left > 0
}
