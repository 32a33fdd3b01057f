import type { DockerConnection } from '../../docker/connect.ts'
import type { Finding } from '../../model/finding.ts'
import type { Steps } from '../../model/steps.ts'

export interface CheckContext {
  connection: DockerConnection
  steps: Steps
  signal: AbortSignal
}

/** One thing looked at. It never throws for what it looks at: that is a finding. */
export type Check = (context: CheckContext) => Promise<Finding[]>

export function good(check: string, seen: string): Finding {
  return { check, verdict: 'good', seen }
}

export function warning(check: string, seen: string, advice: string): Finding {
  return { check, verdict: 'warning', seen, advice }
}

export function bad(check: string, seen: string, advice: string): Finding {
  return { check, verdict: 'bad', seen, advice }
}

export function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}
