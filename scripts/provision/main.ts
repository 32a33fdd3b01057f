import { join } from 'node:path'
import { DevkError, toDevkError } from '../../src/base/errors.ts'
import { paths } from '../../src/base/paths.ts'
import { formatDuration } from '../../src/base/time.ts'
import { errorText } from '../../src/cli/error-text.ts'
import { withLock } from '../../src/exec/lock.ts'
import { run } from '../../src/exec/run.ts'
import { planSteps } from './act.ts'
import { engineFirst } from './engine-first.ts'
import { type Facts, gatherFacts } from './facts.ts'
import { writeMachine } from './machine.ts'
import { help, type Options, parseOptions } from './options.ts'
import { machineImages } from './pinned-images.ts'
import { isComplete, makePlan, type Plan } from './plan.ts'
import { showProgress } from './progress.ts'
import { announcement, asJson, byHand, table } from './report.ts'
import { runSteps } from './steps.ts'

const CPU_STEPS = 2
const IO_STEPS = 4
const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

const INTERRUPTED = new DevkError({
  code: 'INTERRUPTED',
  message: 'Set-up was interrupted. What is finished stays finished.',
  hint: 'Run scripts/setup again: it goes on from there.',
})

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args)
    if (options.help) {
      process.stdout.write(help)
      return EXIT.done
    }
    const signal = signalOfInterrupts()
    return options.check ? await check(options, signal) : await locked(options, signal)
  } catch (thrown) {
    const error = toDevkError(thrown)
    process.stderr.write(`${errorText(error)}\n`)
    if (error.code === 'USAGE') return EXIT.usage
    return error.code === 'INTERRUPTED' ? EXIT.interrupted : EXIT.failed
  }
}

async function check(options: Options, signal: AbortSignal): Promise<number> {
  const plan = makePlan(await gatherFacts(options, run, signal), options.goal)
  process.stdout.write(`${options.json ? asJson(plan, options.goal) : table(plan)}\n`)
  return isComplete(plan) ? EXIT.done : EXIT.failed
}

async function locked(options: Options, signal: AbortSignal): Promise<number> {
  const lock = {
    purpose: `setting up for npm ${options.goal}`,
    signal,
    onWait: ({ pid, purpose }: { pid: number; purpose: string }) =>
      void process.stderr.write(`Waiting for another set-up to end: process ${pid}, ${purpose}.\n`),
  }
  return withLock(join(paths().state, 'setup.lock'), lock, () => setUp(options, signal))
}

async function setUp(options: Options, signal: AbortSignal): Promise<number> {
  const started = Date.now()
  const { plan, facts } = await withEngine(await look(options, signal), options, signal)
  const before = byHand(plan)
  if (before) process.stderr.write(`${before}\n`)
  if (plan.items.some(({ state }) => state === 'blocked')) {
    throw new DevkError({
      code: 'BLOCKED',
      message: 'Set-up changed nothing: it cannot do the above by itself.',
      hint: 'Do it by hand, then run scripts/setup again.',
    })
  }
  const after = isComplete(plan) ? { plan, facts } : await carryOut(plan, facts, options, signal)
  await writeMachine({
    registries: after.facts.registries.state,
    decidedAt: after.facts.registries.decidedAt,
    images: machineImages(after.facts.registries.state),
  })
  const took = formatDuration(Date.now() - started)
  const summary = options.json ? asJson(after.plan, options.goal) : `Ready for npm ${options.goal} (${took}).`
  process.stdout.write(`${summary}\n`)
  return EXIT.done
}

/** The same, seen once the engine runs that the machine has. */
async function withEngine(seen: Seen, options: Options, signal: AbortSignal): Promise<Seen> {
  const starting = engineFirst(seen.plan, seen.facts)
  if (!starting) return seen
  const failed = await runPlan(starting, seen.facts, signal)
  if (failed.length > 0) throw failure(failed, options)
  return await look(options, signal)
}

interface Seen {
  plan: Plan
  facts: Facts
}

async function look(options: Pick<Options, 'goal' | 'recheck'>, signal: AbortSignal): Promise<Seen> {
  const facts = await gatherFacts(options, run, signal)
  return { facts, plan: makePlan(facts, options.goal) }
}

/** Does what the plan says, then looks again: what is claimed to be here was seen here. */
async function carryOut(plan: Plan, facts: Facts, options: Options, signal: AbortSignal): Promise<Seen> {
  process.stderr.write(`${announcement(plan, options.goal)}\n`)
  const failed = await runPlan(plan, facts, signal)
  // A pull fails where the registries that answered once do not any more.
  const recheck = failed.length > 0 && facts.registries.remembered && facts.registries.state === 'reachable'
  const after = await look({ goal: options.goal, recheck }, signal)
  if (recheck && after.facts.registries.state === 'unreachable') {
    process.stderr.write('The image registries no longer answer: what they had is built here.\n')
    return carryOut(after.plan, after.facts, { ...options, recheck: false }, signal)
  }
  if (failed.length > 0) throw failure(failed, options)
  if (isComplete(after.plan)) return after
  throw new DevkError({
    code: 'INCOMPLETE',
    message: 'Every step of set-up ended well, and yet not all is here.',
    hint: 'Run scripts/setup again; if it says the same, this is a bug in devk.',
    detail: table(after.plan),
  })
}

async function runPlan(plan: Plan, facts: Facts, signal: AbortSignal) {
  using progress = showProgress()
  const steps = planSteps(plan, facts, run)
  const options = { limits: { cpu: CPU_STEPS, io: IO_STEPS }, signal, onEvent: progress.onEvent }
  return (await runSteps(steps, options)).failed
}

function failure(failed: Awaited<ReturnType<typeof runPlan>>, { goal }: Options): DevkError {
  const names = failed.map(({ step }) => step.title).join(', ')
  return new DevkError({
    code: 'SETUP_FAILED',
    message: `Set-up for npm ${goal} is not done: ${names} failed. What is finished stays finished.`,
    hint: 'When the cause below is gone, run scripts/setup again: it goes on from there.',
    detail: failed.map(({ step, error }) => `${step.title}: ${errorText(error)}`).join('\n'),
  })
}

/** The first interrupt ends in good order and says so; the second one ends at once. */
function signalOfInterrupts(): AbortSignal {
  const controller = new AbortController()
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    process.stderr.write('Interrupted: ending what runs. Once more ends at once.\n')
    controller.abort(INTERRUPTED)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return controller.signal
}
