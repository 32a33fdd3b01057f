export interface Suite {
  title: string
  /** The first one is what the others are compared with. */
  contenders: Contender[]
  before?: () => Promise<void>
  after?: () => Promise<void>
  /** It takes so many rounds to say something. */
  leastRounds?: number
}

export interface Contender {
  name: string
  /** Outside the measured time. */
  prepare?: () => Promise<void>
  /** Its time begins when it is called, or when it says so. */
  run: (begin: () => void) => Promise<void>
  /** The processor time that it has used so far, in milliseconds, where that is measured as well. */
  cpu?: () => Promise<number>
  /** Undoes the run, outside the measured time. */
  reset?: () => Promise<void>
}

export interface Measured {
  name: string
  times: number[]
  cpu: number[]
}

/** From here on a few slow ones are told apart from what is usual. */
const MANY = 20

/** Lets the contenders run in turns, so that a busy moment of the machine meets them all. */
export async function measure(
  suite: Suite,
  rounds: number,
  say: (line: string) => void,
): Promise<Measured[]> {
  const results = suite.contenders.map(({ name }) => ({ name, times: [] as number[], cpu: [] as number[] }))
  await suite.before?.()
  for (let round = 1; round <= rounds; round++) {
    for (const [index, { name, prepare, run, cpu, reset }] of suite.contenders.entries()) {
      try {
        await prepare?.()
        const cpuBefore = await cpu?.()
        let started = performance.now()
        await run(() => {
          started = performance.now()
        })
        const took = performance.now() - started
        results[index]?.times.push(took)
        if (cpu && cpuBefore !== undefined) results[index]?.cpu.push((await cpu()) - cpuBefore)
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
  const baseCpu = median(results.find(({ cpu }) => cpu.length > 0)?.cpu ?? [])
  const cpuColumns = baseCpu > 0 ? ['cpu', 'ratio'] : []
  const hasMany = results.some(({ times }) => times.length >= MANY)
  const rows = results.map(({ name, times, cpu }) => {
    const middle = median(times)
    const more = middle - base
    return [
      name,
      show(Math.min(...times)),
      show(middle),
      show(Math.max(...times)),
      ...(hasMany ? [show(percentile(times, 95))] : []),
      (middle / base).toFixed(2),
      `${more < 0 ? '-' : '+'}${show(Math.abs(more))}`,
      ...(cpu.length > 0 ? [show(median(cpu)), (median(cpu) / baseCpu).toFixed(2)] : []).slice(
        0,
        cpuColumns.length,
      ),
    ]
  })
  const all = [
    ['', 'min', 'median', 'max', ...(hasMany ? ['p95'] : []), 'ratio', 'more', ...cpuColumns],
    ...rows,
  ]
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

/** The least that so many in a hundred do not exceed. */
function percentile(times: readonly number[], percent: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0
}

function show(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(2)} s`
}
