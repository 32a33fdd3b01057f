import type { Facts } from './facts.ts'
import type { Plan } from './plan.ts'

/**
 * What of a plan starts an engine that is installed and does not run: only then is it known which images it has, and they
 * are not made once more. Undefined where there is nothing of the kind to do.
 */
export function engineFirst({ items }: Plan, { engine }: Facts): Plan | undefined {
  if (engine.server || !engine.dockerd || !engine.docker) return undefined
  if (items.some(({ state }) => state === 'blocked')) return undefined
  const starting = items.filter(
    ({ action }) => action?.do === 'start-engine' || action?.do === 'configure-engine',
  )
  return starting.length > 0 ? { items: starting, builds: [] } : undefined
}
