export interface Suite {
  title: string
  /** The first one is what the others are compared with. */
  contenders: Contender[]
  before?: () => Promise<void>
  after?: () => Promise<void>
}

export interface Contender {
  name: string
  /** Outside the measured time. */
  prepare?: () => Promise<void>
  run: () => Promise<void>
  /** Undoes the run, outside the measured time. */
  reset?: () => Promise<void>
}

export interface Measured {
  name: string
  times: number[]
}

/** Lets the contenders run in turns, so that a busy moment of the machine meets them all. */
export async function measure(
  suite: Suite,
  rounds: number,
  say: (line: string) => void,
): Promise<Measured[]> {
  const results = suite.contenders.map(({ name }) => ({ name, times: [] as number[] }))
  await suite.before?.()
  for (let round = 1; round <= rounds; round++) {
    for (const [index, { name, prepare, run, reset }] of suite.contenders.entries()) {
      try {
        await prepare?.()
        const started = performance.now()
        await run()
        const took = performance.now() - started
        results[index]?.times.push(took)
        say(`round ${round}: ${name} ${show(took)}`)
      } finally {
        await reset?.()
      }
    }
  }
  await suite.after?.()
  return results
}

export function table(results: readonly Measured[]): string {
  const base = median(results[0]?.times ?? [])
  const rows = results.map(({ name, times }) => {
    const middle = median(times)
    const more = middle - base
    return [
      name,
      show(Math.min(...times)),
      show(middle),
      show(Math.max(...times)),
      (middle / base).toFixed(2),
      `${more < 0 ? '-' : '+'}${show(Math.abs(more))}`,
    ]
  })
  const all = [['', 'min', 'median', 'max', 'ratio', 'more'], ...rows]
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)))
  return all
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

function show(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(2)} s`
}
