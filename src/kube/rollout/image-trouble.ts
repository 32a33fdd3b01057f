import type { ContainerState, KubeEvent } from './objects.ts'
import type { Found } from './trouble-model.ts'

const REASONS = [
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
]

/** Longer than a registry that is just being started needs. */
const NETWORK_GRACE_MS = 30_000
const LOCAL_GRACE_MS = 5_000

const IMAGE = /image (?:reference )?"([^"]+)"/i

/** Why an image can't be had, in the registry's words without what wraps them. */
export function imageTrouble(
  waiting: NonNullable<ContainerState['waiting']>,
  events: readonly KubeEvent[],
): Omit<Found, 'container'> | undefined {
  const { reason = '', message = '' } = waiting
  if (!REASONS.includes(reason)) return undefined
  // While it backs off, older kubelets tell the cause only by an event.
  const failed = events.findLast(
    event => event.reason === 'Failed' && event.message.startsWith('Failed to pull'),
  )
  const told = /rpc error|failed to pull/i.test(message) ? message : (failed?.message ?? message)
  const image = IMAGE.exec(told)?.[1] ?? IMAGE.exec(message)?.[1]
  const what = image === undefined ? 'its image' : `image ${image}`
  const { words, graceMs = 0 } = registryWords(reason, told)
  return {
    // The kubelet goes to and fro between the two.
    reason: reason === 'ErrImagePull' ? 'ImagePullBackOff' : reason,
    message: `${what} can't be had: ${words}`,
    fatal: true,
    graceMs,
  }
}

function registryWords(reason: string, told: string): { words: string; graceMs?: number } {
  if (reason === 'InvalidImageName' || /invalid reference format/.test(told)) {
    return { words: 'this is no name of an image' }
  }
  if (reason === 'ErrImageNeverPull') {
    return { words: 'the node does not have it, and imagePullPolicy Never forbids to pull it' }
  }
  if (/no match for platform/.test(told)) return { words: 'it is not made for this machine’s processor' }
  if (/: not found|manifest unknown|NAME_UNKNOWN|does not exist/i.test(told)) {
    return { words: 'the registry does not have it (not found)' }
  }
  if (/unauthorized|authorization failed|403 Forbidden|access denied|insufficient_scope/i.test(told)) {
    return { words: `the registry refuses it: ${lastClause(told)}` }
  }
  // In a node, localhost is where containerd asks last, when the registry that stands for it did not have the image.
  const local = /dial tcp (?:\[::1\]|127\.0\.0\.1):(\d+): connect: connection refused/.exec(told)
  if (local) {
    const words = `the registry that stands for localhost:${local[1]} in the cluster does not have it, or there is none`
    return { words, graceMs: LOCAL_GRACE_MS }
  }
  return { words: lastClause(told) || reason, graceMs: NETWORK_GRACE_MS }
}

/** `dial tcp 10.0.0.1:5000: connect: connection refused` of a chain of wrappers. */
function lastClause(told: string): string {
  const network =
    /(dial tcp.*|lookup \S+ .*|net\/http: .*|x509: .*|http: server gave .*|unexpected status .*)$/s.exec(told)
  const clause = network?.[1] ?? told.split(/: /).slice(-2).join(': ')
  return clause.replace(/"$/, '').trim()
}
