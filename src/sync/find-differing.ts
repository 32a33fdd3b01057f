import type { FileState } from '../model/file-state.ts'
import type { FileAgent } from './agent/agent.ts'
import { isSame, type MayDiffer } from './may-differ.ts'
import { placesOf, type SourceRule } from './source-rule.ts'

interface Compared {
  rules: readonly SourceRule[]
  mayDiffer(): MayDiffer
  /** As a source is now. */
  state(file: string): FileState | undefined
}

/** Looks into a container for the sources that are others there than here. */
export async function findDiffering(
  agent: FileAgent,
  { rules, mayDiffer, state }: Compared,
  signal: AbortSignal,
): Promise<string[]> {
  const { files, folders } = mayDiffer()
  const probes = folders.map(([first = '']) => first)
  const there = await survey(agent, rules, [...files, ...probes], signal)
  const hidden = folders.filter(([first = '']) => there.get(first)?.includes(undefined))
  const inHidden = await survey(agent, rules, hidden.flat(), signal)
  const looked = [...[...there].filter(([file]) => files.has(file)), ...inHidden]
  return looked.flatMap(([file, states]) => (states.every(each => isSame(state(file), each)) ? [] : [file]))
}

/** What is there of each of these, at each place that it is led to. */
async function survey(
  agent: FileAgent,
  rules: readonly SourceRule[],
  files: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, (FileState | undefined)[]>> {
  const places = new Map(files.map(file => [file, placesOf(rules, file)]))
  if (places.size === 0) return new Map()
  const there = await agent.survey([...places.values()].flat(), signal)
  return new Map(
    [...places].map(([file, each]) => [file, each.map(({ to, path }) => there.get(`${to}\0${path}`))]),
  )
}
