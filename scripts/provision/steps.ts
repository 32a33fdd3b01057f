import { DevkError, interrupted, toDevkError } from '../../src/base/errors.ts'

export type Weight = 'cpu' | 'io'

export interface Step {
  id: string
  title: string
  /** Steps that come first. One that is not in the list is done already. */
  needs: readonly string[]
  /** What it uses most: only so many of each run at the same time. */
  weight: Weight
  run(context: StepContext): Promise<void>
}

export interface StepContext {
  signal: AbortSignal
  /** What it is at just now, for whoever watches. */
  say(detail: string): void
}

export type StepEvent =
  | { kind: 'started'; step: Step }
  | { kind: 'detail'; step: Step; detail: string }
  | { kind: 'done'; step: Step }
  | { kind: 'failed'; step: Step; error: DevkError }
  | { kind: 'left-out'; step: Step; because: Step }

export interface StepsResult {
  done: string[]
  failed: { step: Step; error: DevkError }[]
  leftOut: string[]
}

export interface StepsOptions {
  limits: Readonly<Record<Weight, number>>
  signal: AbortSignal
  onEvent(event: StepEvent): void
}

/**
 * Runs each step once its needs are done, several at a time, those first in the list first.
 * A failed step takes only those along that need it. An abort ends what runs, waits for its end and throws.
 */
export async function runSteps(steps: readonly Step[], options: StepsOptions): Promise<StepsResult> {
  const result: StepsResult = { done: [], failed: [], leftOut: [] }
  const waiting = new Set(steps)
  const running = new Map<Step, Promise<void>>()
  while (waiting.size > 0 || running.size > 0) {
    if (!options.signal.aborted) {
      leaveOutDependants(waiting, result, options)
      for (const step of startable(waiting, running, options.limits)) {
        waiting.delete(step)
        running.set(
          step,
          runOne(step, result, options).finally(() => running.delete(step)),
        )
      }
    }
    if (running.size === 0) break
    await Promise.race(running.values())
  }
  if (options.signal.aborted) throw abortReason(options.signal)
  if (waiting.size > 0)
    throw new Error(`these steps wait for each other: ${[...waiting].map(step => step.id).join(', ')}`)
  return result
}

/** Which of the waiting steps start now. */
function startable(
  waiting: ReadonlySet<Step>,
  running: ReadonlyMap<Step, unknown>,
  limits: Readonly<Record<Weight, number>>,
): Step[] {
  const unfinished = new Set([...waiting, ...running.keys()].map(step => step.id))
  const free = { ...limits }
  for (const step of running.keys()) free[step.weight] -= 1
  return [...waiting].filter(step => {
    if (step.needs.some(need => unfinished.has(need)) || free[step.weight] <= 0) return false
    free[step.weight] -= 1
    return true
  })
}

async function runOne(step: Step, result: StepsResult, { signal, onEvent }: StepsOptions): Promise<void> {
  onEvent({ kind: 'started', step })
  try {
    await step.run({ signal, say: detail => onEvent({ kind: 'detail', step, detail }) })
    result.done.push(step.id)
    onEvent({ kind: 'done', step })
  } catch (thrown) {
    const error = signal.aborted ? abortReason(signal) : toDevkError(thrown)
    result.failed.push({ step, error })
    onEvent({ kind: 'failed', step, error })
  }
}

function leaveOutDependants(waiting: Set<Step>, result: StepsResult, { onEvent }: StepsOptions): void {
  const lost = new Map(result.failed.map(({ step }) => [step.id, step]))
  for (let found = true; found; ) {
    found = false
    for (const step of waiting) {
      const because = step.needs.map(need => lost.get(need)).find(Boolean)
      if (!because) continue
      waiting.delete(step)
      lost.set(step.id, because)
      result.leftOut.push(step.id)
      onEvent({ kind: 'left-out', step, because })
      found = true
    }
  }
}

function abortReason(signal: AbortSignal): DevkError {
  return signal.reason instanceof DevkError ? signal.reason : interrupted()
}
