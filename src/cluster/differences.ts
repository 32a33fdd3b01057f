import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { ClusterSpec } from '../model/cluster.ts'
import { formatMount } from '../model/mount.ts'
import { formatPortMapping } from '../model/port-mapping.ts'

/** What is asked of a cluster: only what is given is compared. */
export type AskedSpec = Partial<ClusterSpec> & Pick<ClusterSpec, 'name'>

export interface Difference {
  what: string
  asked: string
  made: string
  /** What to ask for, so that the cluster stays as it is. */
  keep: string
}

/** How a cluster differs from what is asked; none of it can be changed in a cluster that stands. */
export function differences(asked: AskedSpec, made: ClusterSpec, version: string | undefined): Difference[] {
  return fields.flatMap(({ what, flag, show }) => {
    // What a record says nothing of, the cluster was made without.
    const [wanted, present] = [show(asked), show(made) ?? '']
    if (wanted === undefined || wanted === present) return []
    if (what === 'kubernetes' && matches(version, wanted)) return []
    const actual = what === 'kubernetes' ? (version ?? '') : present
    return [{ what, asked: wanted || 'none', made: actual || 'none', keep: flag(actual) }]
  })
}

interface Field {
  what: string
  show: (spec: AskedSpec) => string | undefined
  flag: (value: string) => string
}

const fields: Field[] = [
  { what: 'provider', show: spec => spec.provider, flag: value => `provider: ${value}` },
  { what: 'workers', show: spec => spec.workers?.toString(), flag: value => `workers: ${value}` },
  {
    what: 'kubernetes',
    show: spec => spec.kubernetes?.replace(/^v/, ''),
    flag: value => (value ? `kubernetes: "${value}"` : 'no kubernetes'),
  },
  {
    what: 'ports',
    show: spec => list(spec.ports?.map(formatPortMapping)),
    flag: value => listed('ports', value),
  },
  {
    what: 'mounts',
    show: spec => list(spec.mounts?.map(formatMount)),
    flag: value => listed('mounts', value),
  },
  {
    what: 'labels',
    show: spec => list(spec.labels && Object.entries(spec.labels).map(([key, value]) => `${key}=${value}`)),
    flag: value => (value ? `labels: { ${value.replaceAll('=', ': ')} }` : 'no labels'),
  },
  { what: 'config', show: showConfig, flag: () => 'the configuration file as it was' },
]

/** By content: a clone that was moved has the same configuration. */
function showConfig(spec: AskedSpec): string | undefined {
  if (!('config' in spec)) return undefined
  if (!spec.config) return ''
  const hash = createHash('sha256').update(spec.config.content).digest('hex')
  return `${basename(spec.config.path)} (sha256 ${hash.slice(0, 8)})`
}

function list(values: string[] | undefined): string | undefined {
  return values?.toSorted().join(', ')
}

function listed(name: string, value: string): string {
  return value
    ? `${name}: [${value
        .split(', ')
        .map(item => `"${item}"`)
        .join(', ')}]`
    : `no ${name}`
}

function matches(version: string | undefined, wanted: string): boolean {
  return version === wanted || version?.startsWith(`${wanted}.`) === true
}
