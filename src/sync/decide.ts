import { placeOf, type SourceRule } from './source-rule.ts'

/** What a service is made of, as far as it is watched. */
export interface Interest {
  service: string
  rules: readonly SourceRule[]
  /** Whether its image is built from this file. */
  builds(file: string): boolean
  /** Whether what is deployed for it is read from this file. */
  deploys(file: string): boolean
}

/** The least that brings a service to what its sources are now. */
export interface ToDo {
  service: string
  /** Files that are written into its containers, by the rules that lead them there. */
  sync: { file: string; rules: number[] }[]
  /** Files of its image that no rule leads anywhere. */
  rebuild: string[]
  /** Files of its manifests. */
  apply: string[]
}

/** Decides by names alone what has to be done for files that are others now; services that have nothing to do are left out. */
export function decide(files: readonly string[], interests: readonly Interest[]): ToDo[] {
  return interests
    .map(interest => toDoOf(files, interest))
    .filter(({ sync, rebuild, apply }) => sync.length + rebuild.length + apply.length > 0)
}

function toDoOf(files: readonly string[], { service, rules, builds, deploys }: Interest): ToDo {
  const toDo: ToDo = { service, sync: [], rebuild: [], apply: [] }
  for (const file of files) {
    const leading = rules.flatMap((rule, index) => (placeOf(rule, file) ? [index] : []))
    if (leading.length > 0) toDo.sync.push({ file, rules: leading })
    else if (builds(file)) toDo.rebuild.push(file)
    if (deploys(file)) toDo.apply.push(file)
  }
  return toDo
}
