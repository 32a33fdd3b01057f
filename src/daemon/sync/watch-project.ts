import type { StatCache } from '../../docker/build/stat-cache.ts'
import type { FileState } from '../../model/file-state.ts'
import type { Project, Service } from '../../model/project.ts'
import { decide, type ToDo } from '../../sync/decide.ts'
import type { SourceRule } from '../../sync/source-rule.ts'
import { watchFiles } from '../../watch/watch-files.ts'
import { interestsOf } from './interests.ts'

export interface WatchedProject extends AsyncDisposable {
  /** Where a service's files are written to. */
  rulesOf(service: string): readonly SourceRule[]
  /** The sources as they are: all of them once `ready` is there. */
  files(): ReadonlyMap<string, FileState>
  ready: Promise<void>
  /** Why changes are seen late. */
  trouble(): string | undefined
}

export interface Changed {
  toDo: ToDo[]
  /** Secrets whose files are others now. */
  secrets: string[]
  /** The project may be another one now. */
  project: boolean
  /** Other files count now than before. */
  ignoring: boolean
}

const NONE: ReadonlyMap<string, FileState> = new Map()

/** Watches what services are made of, and tells what has to be done for what became of it. */
export async function watchProject(
  project: Project,
  services: readonly Service[],
  {
    stats,
    onChange,
    onNotice,
  }: { stats: StatCache; onChange: (changed: Changed) => void; onNotice: (message: string) => void },
): Promise<WatchedProject> {
  const closing = new AbortController()
  const interests = await interestsOf(project, services)
  const watching = watchFiles(interests.roots, {
    signal: closing.signal,
    cache: stats,
    onNotice,
    onChanges(changes) {
      const files = changes.map(({ path }) => path)
      onChange({
        toDo: decide(files, interests.services),
        secrets: [...new Set(files.flatMap(interests.secretsOf))],
        project: files.some(interests.isProject),
        ignoring: files.some(interests.isIgnoreFile),
      })
    },
  })
  const watched = watching.catch(() => undefined)
  let files: (() => ReadonlyMap<string, FileState>) | undefined
  let trouble: (() => string | undefined) | undefined
  const ready = watching.then(all => {
    files = () => all.files
    trouble = () => all.trouble
  })
  // Whoever waits for it hears of it.
  ready.catch(() => {})
  return {
    rulesOf: name => interests.services.find(({ service }) => service === name)?.rules ?? [],
    files: () => files?.() ?? NONE,
    ready,
    trouble: () => trouble?.(),
    async [Symbol.asyncDispose]() {
      closing.abort()
      await (await watched)?.[Symbol.asyncDispose]()
    },
  }
}
