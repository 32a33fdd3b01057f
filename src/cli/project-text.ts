import { formatDuration } from '../base/time.ts'
import { heldText } from '../model/held.ts'
import type { ProjectStatus, RunReport, ServiceStatus } from '../model/project-status.ts'
import type { UpOutput } from '../protocol/operations.ts'
import { errorText } from './error-text.ts'
import { forwardsText, whereText } from './forwards-text.ts'
import { syncText } from './sync-text.ts'
import { table } from './table.ts'

/** How an `up` ended: the URLs where all is ready, the reasons where it is not. */
export function upText({ run, status }: UpOutput): string {
  const urls = status.services.flatMap(service =>
    whereText(service).map(where => `  ${service.name}  ${where}`),
  )
  if (isReady({ run, status })) {
    const did = workDone(run)
    return [
      `${status.name} is ready (${formatDuration(run.ms)}${did ? `: ${did}` : '; nothing had changed'}).`,
      ...urls,
    ].join('\n')
  }
  return [failuresText(run), notReadyText(status), ...urls].filter(Boolean).join('\n')
}

export function isReady({ run, status }: UpOutput): boolean {
  const quiet = run.failures.length === 0 && run.held.length === 0
  return quiet && status.services.every(({ state }) => state !== 'failing')
}

/** `2 images built, 3 objects applied`; nothing where nothing was done. */
function workDone({ built, pushed, applied, removed }: RunReport): string {
  const parts: [number, string][] = [
    [built, 'built'],
    [pushed, 'pushed'],
    [applied, 'applied'],
    [removed.length, 'removed'],
  ]
  return parts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])).join(', ')
}

export function failuresText({ failures, held }: RunReport): string {
  return [
    ...failures.map(({ what, error }) => `${what}:\n${errorText(error)}`),
    ...(held.length > 0 ? [`Not done because of that: ${heldText(held)}.`] : []),
  ].join('\n')
}

function notReadyText({ name, services }: ProjectStatus): string {
  const not = services.filter(
    ({ state, why }) => !['ready', 'done', 'stopped'].includes(state) && !(state === 'image' && !why),
  )
  if (not.length === 0) return `${name} is not up.`
  return `${name} is not ready: ${not.map(({ name, state }) => `${name} is ${state === 'image' ? 'not deployed' : state}`).join(', ')}.`
}

export function projectStatusText(status: ProjectStatus): string {
  const { name, cluster, namespace, running, services, logsTrouble, watchTrouble } = status
  const head = `${name}: cluster ${cluster.name} is ${cluster.state}${cluster.why ? ` (${cluster.why})` : ''}, namespace ${namespace}`
  const rows = services.map(serviceRow)
  return [
    head,
    ...(running ? [`Under way: ${running}`] : []),
    ...(logsTrouble ? [`Logs can't be kept: ${logsTrouble}`] : []),
    ...(watchTrouble ? [watchTrouble] : []),
    ...(rows.length > 0
      ? ['', table([['SERVICE', 'STATE', 'PODS', 'RESTARTS', 'IMAGE', 'SYNC', 'WHERE', 'WHY'], ...rows])]
      : []),
    ...forwardsText(services),
  ].join('\n')
}

function serviceRow(service: ServiceStatus): string[] {
  const { name, state, ready, wanted, restarts, imageBuiltAt, why, sync } = service
  return [
    name,
    state === 'image' ? 'image only' : state,
    wanted > 0 ? `${ready}/${wanted}` : '-',
    String(restarts),
    imageBuiltAt === undefined ? '-' : age(imageBuiltAt),
    syncText(sync),
    whereText(service).join(' ') || '-',
    why ?? sync?.why ?? '',
  ]
}

/** `3 min`, `2 h`, `5 d`: how long ago. */
function age(time: string): string {
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1_000)
  if (seconds < 60) return `${Math.floor(seconds)} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`
}
