import { DevkError } from '../base/errors.ts'
import type { Node, Output } from '../engine/node.ts'
import { type Forward, formatForward } from '../model/forward.ts'
import type { Service } from '../model/project.ts'
import { identitiesOf } from './apply-recorded.ts'
import { type NamedPorts, portNumber } from './named-ports.ts'
import { clusterId, forwardId, inputOf, workloadId } from './outputs.ts'
import { podTargets } from './pod-targets.ts'
import type { OpenForwards, RunContext } from './run-context.ts'

/**
 * A service's local ports. They are there before its pods are: who connects early is held until one is ready. The
 * daemon's memory holds them, so that each daemon opens them once.
 */
export function forwardNode({ forwards }: RunContext, { name, forward }: Service): Node {
  return {
    id: forwardId(name),
    title: `ports of ${name}`,
    needs: [clusterId, workloadId(name)],
    async fingerprint(inputs) {
      const workload = inputOf(inputs, workloadId(name))
      return {
        forward: forward.map(formatForward).join(' '),
        objects: JSON.stringify(identitiesOf(workload).map(({ kind, name }) => `${kind} ${name}`)),
        'named ports': JSON.stringify(workload['ports'] ?? {}),
      }
    },
    lost: async () =>
      forward.every(each => forwards.forwards.isOpen(name, each)) ? undefined : 'nobody listens there',
    async apply({ inputs }) {
      const workload = inputOf(inputs, workloadId(name))
      await openForwardsOf(forwards, name, forward, workload)
      return { forward: forward.map(each => ({ ...each })) }
    },
  }
}

/** Throws FORWARD_PORT where a name means nothing, PORT_TAKEN and PORT_REFUSED: those that could be had are open then. */
export async function openForwardsOf(
  open: OpenForwards,
  service: string,
  wanted: readonly Forward[],
  workload: Output,
): Promise<void> {
  await open.forwards.keepOnly(service, wanted)
  const failures: unknown[] = []
  for (const forward of wanted) {
    try {
      const port = podPort(forward, service, workload)
      await open.forwards.open(service, forward, podTargets(open, service, identitiesOf(workload), port))
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

/** The number of the port that it leads to. Throws FORWARD_PORT where its name means nothing. */
export function podPort(forward: Forward, service: string, workload: Output): number {
  const named = (workload['ports'] ?? {}) as NamedPorts
  const number = portNumber(forward.port, named)
  if (number !== undefined) return number
  const names = Object.keys(named)
  throw new DevkError({
    code: 'FORWARD_PORT',
    message: `"${formatForward(forward)}" of ${service}: neither its Services nor its containers have a port named ${forward.port}.`,
    hint: names.length > 0 ? `They have ${names.join(', ')}.` : 'They name none: write the number.',
  })
}
