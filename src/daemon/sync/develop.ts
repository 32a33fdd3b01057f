import { relative } from 'node:path'
import { DevkError, toDevkError } from '../../base/errors.ts'
import { PROJECT_FILE } from '../../base/find-project.ts'
import { formatDuration, poll } from '../../base/time.ts'
import { heldText } from '../../model/held.ts'
import type { Project, Service } from '../../model/project.ts'
import type { RunReport } from '../../model/project-status.ts'
import { readProject } from '../../project/read-project.ts'
import { bringUpServices } from '../session/bring-up.ts'
import type { Session } from '../session/session.ts'
import type { KeptInSync } from './keep-in-sync.ts'
import type { Changed } from './watch-project.ts'

const HEARD_MS = 500

/**
 * Does by itself what an `up` would do, where writing files is not enough: builds images, applies manifests, takes over
 * what devk.yaml says now. A newer change cancels what it makes stale. Its owner ends it.
 */
export function develop(session: Session): AsyncDisposable {
  const { sync, activities } = session
  const closing = new AbortController()
  let wanted = nothing()
  let running: AbortController | undefined
  let ended: Promise<void> = Promise.resolve()

  function onChange({ toDo, secrets, project, ignoring }: Changed): void {
    const building = toDo.filter(({ rebuild }) => rebuild.length > 0)
    const applying = toDo.filter(({ rebuild, apply }) => rebuild.length === 0 && apply.length > 0)
    const services = [...building, ...applying].map(({ service }) => service)
    if (services.length + secrets.length === 0 && !project && !ignoring) return
    for (const { service, rebuild } of building) {
      const why = hasRules(service) ? `${isOrAre(rebuild)} in no sync rule` : 'changed'
      activities.tell(`rebuilding ${service}: ${shown(rebuild)} ${why}`, { service })
    }
    for (const { service, apply } of applying) {
      activities.tell(`applying ${service}: ${shown(apply)} changed`, { service })
    }
    for (const name of secrets) activities.tell(`applying Secret ${name}: its file changed`)
    if (project) activities.tell(`reading ${PROJECT_FILE} again: it changed`)
    if (ignoring) activities.tell('looking at all sources again: what is left out of them changed')
    wanted = {
      services: new Set([...wanted.services, ...services]),
      secrets: new Set([...wanted.secrets, ...secrets]),
      reload: wanted.reload || project,
      anew: wanted.anew || ignoring,
    }
    begin()
  }

  function shown(files: readonly string[]): string {
    return named(files.map(file => relative(sync.followed?.project.folder ?? '', file)))
  }

  function hasRules(service: string): boolean {
    return sync.followed?.services.some(({ name, sync }) => name === service && sync.length > 0) ?? false
  }

  function begin(): void {
    if (closing.signal.aborted) return
    if (sync.paused) {
      activities.tell('that waits: devk sync --resume does it')
      return
    }
    running?.abort(stale())
    const controller = new AbortController()
    running = controller
    ended = ended.then(() => (controller.signal.aborted ? undefined : act(controller.signal)))
  }

  async function act(signal: AbortSignal): Promise<void> {
    const { followed } = sync
    if (!followed) return
    const taken = wanted
    try {
      const project = taken.reload ? await reread(followed.project) : followed.project
      if (placeOf(project) !== placeOf(followed.project)) throw elsewhere()
      const services = servicesOf(project, followed)
      if (taken.anew) await sync.follow(project, services, { anew: true })
      await untilHeard(signal)
      for (const name of taken.services) session.busy.set(name, 'its sources changed')
      const report = await bring(project, services, signal)
      tellGone(followed, project)
      wanted = taken === wanted ? nothing() : wanted
      tellReport(report, taken)
    } catch (thrown) {
      if (signal.aborted || closing.signal.aborted) return
      wanted = taken === wanted ? nothing() : wanted
      const { code, message, detail } = toDevkError(thrown)
      // Whoever took its place does what there is to do.
      if (code === 'SUPERSEDED') return
      activities.tell(detail ? `${message}\n${detail}` : message, { trouble: true })
    } finally {
      for (const name of taken.services) session.busy.delete(name)
    }
  }

  /** Nobody asked for a cluster that is stopped or gone. */
  async function untilHeard(signal: AbortSignal): Promise<void> {
    const isHeard = () => {
      const access = session.current()
      return access !== undefined && access.live.snapshot().lost === undefined
    }
    if (isHeard()) return
    activities.tell('that waits until the cluster answers: devk up starts it')
    const over = AbortSignal.any([signal, closing.signal])
    await poll(async () => isHeard() || undefined, { every: HEARD_MS, signal: over })
  }

  async function bring(
    project: Project,
    services: readonly Service[],
    signal: AbortSignal,
  ): Promise<RunReport> {
    const asked = {
      key: JSON.stringify(['develop', project, services.map(({ name }) => name)]),
      definition: JSON.stringify(project),
      title: `bringing ${project.name} up to date`,
      report: () => {},
      cancel: AbortSignal.any([signal, closing.signal]),
    }
    const what = { project, services, pruneVolumes: false, tidy: false }
    const { value } = await session.runs.share(asked, (steps, running) =>
      bringUpServices(session, what, { steps, signal: running }),
    )
    return value
  }

  /** Only who asks for it takes something away. */
  function tellGone(before: NonNullable<KeptInSync['followed']>, project: Project): void {
    const tell = (what: string, service?: string) =>
      activities.tell(
        `${PROJECT_FILE} names ${what} no more: devk up takes it away`,
        service ? { service } : {},
      )
    for (const { name } of goneFrom(before.services, project.services)) tell(name, name)
    for (const { name } of goneFrom(before.project.secrets, project.secrets)) tell(`Secret ${name}`)
  }

  function tellReport({ failures, held, ms, done }: RunReport, { services, secrets }: Wanted): void {
    for (const { what, error } of failures) {
      activities.tell([`${what} failed: ${error.message}`, error.detail].filter(Boolean).join('\n'), {
        trouble: true,
      })
    }
    if (held.length > 0) activities.tell(`not done because of that: ${heldText(held)}`, { trouble: true })
    if (failures.length + held.length > 0 || done.length === 0) return
    const what = [...services, ...[...secrets].map(name => `Secret ${name}`)]
    const who = what.length > 0 ? what.join(', ') : 'the project'
    activities.tell(`${who} up to date (${formatDuration(ms)})`)
  }

  sync.onToDo(onChange)
  sync.onResumed(() => !isNothing(wanted) && begin())
  return {
    async [Symbol.asyncDispose]() {
      closing.abort(stale())
      await ended
    },
  }
}

function goneFrom<T extends { name: string }>(before: readonly T[], now: readonly T[]): T[] {
  return before.filter(({ name }) => !now.some(each => each.name === name))
}

interface Wanted {
  services: Set<string>
  secrets: Set<string>
  /** The project is read again. */
  reload: boolean
  /** All sources are looked at again. */
  anew: boolean
}

function nothing(): Wanted {
  return { services: new Set(), secrets: new Set(), reload: false, anew: false }
}

function isNothing({ services, secrets, reload, anew }: Wanted): boolean {
  return services.size + secrets.size === 0 && !reload && !anew
}

/** Where all of it is. */
function placeOf({ name, namespace, cluster }: Project): string {
  return JSON.stringify([name, namespace, cluster])
}

function elsewhere(): DevkError {
  return new DevkError({
    code: 'PROJECT_ELSEWHERE',
    message: `${PROJECT_FILE} asks for another name, namespace or cluster now: devk up goes there. Until then all stays where it is.`,
  })
}

/** As the file says now, with the profiles that it was brought up with. */
async function reread({ file, profiles }: Project): Promise<Project> {
  return await readProject(file, { profiles })
}

/** Of those that were brought up: all where they were all. */
function servicesOf(
  project: Project,
  before: { project: Project; services: readonly Service[] },
): readonly Service[] {
  if (before.services.length === before.project.services.length) return project.services
  const names = new Set(before.services.map(({ name }) => name))
  return project.services.filter(({ name }) => names.has(name))
}

const SHOWN = 3

function named(files: readonly string[]): string {
  const more = files.length - SHOWN
  return more > 0 ? `${files.slice(0, SHOWN).join(', ')} and ${more} more` : files.join(', ')
}

function isOrAre({ length }: readonly string[]): string {
  return length === 1 ? 'is' : 'are'
}

function stale(): DevkError {
  return new DevkError({ code: 'SUPERSEDED', message: 'A newer change made it stale.' })
}
