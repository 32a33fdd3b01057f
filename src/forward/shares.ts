import type { Target } from './target.ts'

/** Who has how many of a port's connections, and whose turn is next. */
export interface Shares {
  /** Of these the one with the fewest; of those that have as many, the one that was asked longest ago. */
  choose(ready: readonly Target[]): Target | undefined
  /** One more for this one, until the function that is returned is called. */
  take(target: Target): () => void
  /** Forgets whoever has none and is not among these. */
  forget(all: readonly Target[]): void
  /** Who has any. */
  taken(): { target: string; connections: number }[]
  /** How many it knows of. */
  readonly size: number
}

export function openShares(): Shares {
  // In the order in which they were asked last.
  const connections = new Map<string, number>()
  return {
    choose(ready) {
      const order = [...connections.keys()]
      const rank = ({ name }: Target) => [connections.get(name) ?? 0, order.indexOf(name)] as const
      return ready.toSorted((a, b) => {
        const [busyA, turnA] = rank(a)
        const [busyB, turnB] = rank(b)
        return busyA - busyB || turnA - turnB
      })[0]
    },
    take({ name }) {
      const before = connections.get(name) ?? 0
      connections.delete(name)
      connections.set(name, before + 1)
      return () => void connections.set(name, (connections.get(name) ?? 1) - 1)
    },
    forget(all) {
      const names = new Set(all.map(({ name }) => name))
      for (const [name, count] of connections) if (count === 0 && !names.has(name)) connections.delete(name)
    },
    taken: () =>
      [...connections].flatMap(([target, count]) => (count > 0 ? [{ target, connections: count }] : [])),
    get size() {
      return connections.size
    },
  }
}
