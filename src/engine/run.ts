import { toDevkError } from '../base/errors.ts'
import { changes } from './changes.ts'
import type { ApplyContext, Inputs, Node, NodeRecord, Outcome, Output, RecordStore } from './node.ts'
import { type NodeState, plan } from './plan.ts'

export interface RunOptions {
  store: RecordStore
  observer: Observer
  signal: AbortSignal
  /** How many nodes of a pool work at the same time. */
  places: Readonly<Record<string, number>>
}

/** Told of a run as it goes. An outcome is on disk before it is told. */
export interface Observer {
  waiting(node: Node, reason: string): void
  working(node: Node, why: readonly string[]): Pick<ApplyContext, 'say' | 'note'>
  ended(node: Node, outcome: Outcome): void
}

type Task = Pick<ApplyContext, 'inputs' | 'fingerprint' | 'record' | 'why'>

/**
 * Brings every node about, each as soon as what it needs is done; what can overlap does, and a failure holds only what
 * needs it. Where the signal aborts, throws its reason once nothing works any more.
 */
export async function runNodes(nodes: readonly Node[], options: RunOptions): Promise<Map<string, Outcome>> {
  const { observer, signal, places } = options
  const states = new Map<string, NodeState>(nodes.map(({ id }) => [id, { is: 'waiting' }]))
  const tasks = new Map<string, Task>()
  const active = new Map<string, Promise<void>>()

  const end = (node: Node, outcome: Outcome) => {
    states.set(node.id, outcome)
    observer.ended(node, outcome)
  }
  const begin = (node: Node, is: 'looking' | 'working', step: () => Promise<void>) => {
    states.set(node.id, { is })
    const done = step()
      // An abort is thrown for all by the loop's end.
      .catch(
        (error: unknown) => void (signal.aborted || end(node, { is: 'failed', error: toDevkError(error) })),
      )
      .finally(() => active.delete(node.id))
    active.set(node.id, done)
  }
  const look = (node: Node) =>
    begin(node, 'looking', async () => {
      const found = await compare(node, inputsOf(node, states), options)
      if ('is' in found) return end(node, found)
      tasks.set(node.id, found)
      states.set(node.id, { is: 'ready' })
    })
  const work = (node: Node) =>
    begin(node, 'working', async () => {
      const task = tasks.get(node.id)
      if (task) end(node, { is: 'changed', output: await apply(node, task, options) })
    })

  while (!signal.aborted) {
    const next = plan(nodes, states, places)
    for (const { node, reason } of next.held) end(node, { is: 'held', reason })
    for (const { node, reason } of next.waiting) observer.waiting(node, reason)
    next.look.forEach(look)
    next.work.forEach(work)
    if (next.held.length > 0) continue
    if (active.size === 0) break
    await Promise.race(active.values())
  }
  await Promise.all(active.values())
  signal.throwIfAborted()
  return states as Map<string, Outcome>
}

function inputsOf(node: Node, states: ReadonlyMap<string, NodeState>): Inputs {
  return new Map(
    node.needs.flatMap(id => {
      const state = states.get(id)
      return state?.is === 'changed' || state?.is === 'unchanged' ? [[id, state.output] as const] : []
    }),
  )
}

/** What there is to do, or that there is nothing. */
async function compare(node: Node, inputs: Inputs, { store, signal }: RunOptions): Promise<Task | Outcome> {
  const record = await store.read(node.id)
  const fingerprint = await node.fingerprint(inputs, signal)
  const why = changes(record, fingerprint, node)
  if (record && why.length === 0) {
    const lost = await node.lost?.(record, inputs, signal)
    if (lost === undefined) return { is: 'unchanged', output: record.output }
    why.push(lost)
  }
  return { inputs, fingerprint, record, why }
}

async function apply(node: Node, task: Task, { store, observer, signal }: RunOptions): Promise<Output> {
  const { record, fingerprint } = task
  let notes: Output = record?.notes ?? {}
  const write = (more: Partial<NodeRecord> = {}) =>
    store.write({
      id: node.id,
      needs: [...node.needs],
      phase: 'applying',
      fingerprint,
      output: record?.output ?? {},
      notes,
      at: new Date().toISOString(),
      ...more,
    })
  const remember = async (given: Output) => {
    notes = given
    await write()
  }
  await write()
  try {
    const output = await node.apply({ ...task, remember, ...observer.working(node, task.why) }, signal)
    await write({ phase: 'done', output })
    return output
  } catch (thrown) {
    signal.throwIfAborted()
    const error = toDevkError(thrown)
    // The failure itself is what matters where it can't be written down.
    await write({ phase: 'failed', error: error.toJSON() }).catch(() => {})
    throw error
  }
}
