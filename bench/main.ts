import { clusterBench } from './cluster.ts'
import { dayBench } from './day.ts'
import { forwardsBench } from './forwards.ts'
import { fromNothingBench } from './from-nothing.ts'
import { logsBench } from './logs.ts'
import { type Measured, measure, type Suite, table } from './measure.ts'
import { secretsBench } from './secrets.ts'
import { startBench } from './start.ts'
import { syncBench } from './sync.ts'

const suites: Record<string, (signal: AbortSignal) => Promise<Suite[]>> = {
  cluster: clusterBench,
  day: async signal => [...(await fromNothingBench(signal)), ...(await dayBench(signal))],
  forwards: forwardsBench,
  logs: logsBench,
  secrets: secretsBench,
  start: startBench,
  sync: syncBench,
}
const usage = `npm run bench -- [${Object.keys(suites).join('|')}]... [--rounds N]

Measures devk beside what it stands on, in turns in one run, and prints minimum, median, maximum and the ratio.`

process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const at = argv.indexOf('--rounds')
  const rounds = at < 0 ? 5 : Number(argv[at + 1])
  const names = argv.filter((word, index) => !word.startsWith('--') && (at < 0 || index !== at + 1))
  if (names.some(name => !(name in suites)) || !Number.isInteger(rounds) || rounds < 1) {
    console.error(usage)
    return 2
  }
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  for (const name of names.length > 0 ? names : Object.keys(suites)) {
    for (const suite of (await suites[name]?.(interrupted.signal)) ?? []) await show(suite, rounds)
  }
  return 0
}

async function show(suite: Suite, asked: number): Promise<void> {
  const rounds = Math.max(asked, suite.leastRounds ?? 0)
  console.error(`${suite.title} (${rounds} rounds)`)
  const results: Measured[] = await measure(suite, rounds, line => console.error(`  ${line}`))
  console.log(`${suite.title}\n${table(results)}\n`)
}
