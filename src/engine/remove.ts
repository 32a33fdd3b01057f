import type { NodeRecord, RecordStore } from './node.ts'

/** Takes away what a record of one kind tells of, and says what it removed; nothing where it is gone already. */
export type Remover = (record: NodeRecord, signal: AbortSignal) => Promise<string[]>

/**
 * Takes away what the records tell of: what needs something goes before it. A record goes once all that it tells of is
 * gone, so that an interrupted removal is gone on with. Throws the first failure after all else was tried.
 */
export async function removeNodes(
  records: readonly NodeRecord[],
  store: RecordStore,
  removerOf: (kind: string) => Remover | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const removed: string[] = []
  const failures: unknown[] = []
  const stay = new Set<string>()
  for (const wave of lastFirst(records)) {
    await Promise.all(
      wave.map(async record => {
        if (stay.has(record.id)) return record.needs.forEach(need => void stay.add(need))
        try {
          removed.push(...((await removerOf(kindOf(record.id))?.(record, signal)) ?? []))
          await store.remove(record.id)
        } catch (error) {
          signal.throwIfAborted()
          failures.push(error)
          for (const need of record.needs) stay.add(need)
        }
      }),
    )
  }
  if (failures.length > 0) throw failures[0]
  return removed
}

export function kindOf(id: string): string {
  return id.slice(0, id.indexOf(':'))
}

/** `forward:api` is api's. */
export function subjectOf(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}

/** The records in waves: none is needed by one of a later wave. */
function lastFirst(records: readonly NodeRecord[]): NodeRecord[][] {
  const waves: NodeRecord[][] = []
  let left = [...records]
  while (left.length > 0) {
    const needed = new Set(left.flatMap(({ needs }) => needs))
    const free = left.filter(({ id }) => !needed.has(id))
    // Records that need each other in a circle were written by no run of ours: they go together.
    const wave = free.length > 0 ? free : left
    waves.push(wave)
    left = left.filter(record => !wave.includes(record))
  }
  return waves
}
