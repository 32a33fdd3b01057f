import { DevkError } from '../base/errors.ts'
import type { ClusterSpec } from '../model/cluster.ts'

interface Cause {
  pattern: RegExp
  code: string
  message: string
  hint: string
}

/** What Docker had been asked for by somebody who was killed since came late. */
export const NODES_APPEARED = 'NODES_APPEARED'

const causes: Cause[] = [
  {
    pattern: /no space left on device/i,
    code: 'DISK_FULL',
    message: 'the disk is full',
    hint: 'docker system df shows what takes it; docker image prune and docker builder prune free what nothing uses.',
  },
  {
    pattern: /port is already allocated|address already in use/i,
    code: 'PORT_TAKEN',
    message: 'one of its host ports was taken in the meantime',
    hint: 'Run it again: devk then names the port and who has it.',
  },
  {
    pattern: /pull access denied|manifest unknown|failed to pull image|no such host/i,
    code: 'IMAGE_MISSING',
    message: 'its node image is not on this machine, and it can’t be pulled',
    hint: 'Is the network up? On a machine without an image registry, scripts/setup in a clone of devk builds it.',
  },
  {
    pattern: /node\(s\) already exist for a cluster|container name "[^"]+" is already in use/i,
    code: NODES_APPEARED,
    message: 'nodes of its name appeared meanwhile',
    hint: 'Run it again.',
  },
]

/** Why kind or k3d failed, where their output shows a cause that can be named; all of it stays in the detail. */
export function explainProvider(error: unknown, { name, provider }: ClusterSpec): unknown {
  if (!(error instanceof DevkError) || error.code !== 'COMMAND_FAILED') return error
  const { detail = '' } = error
  const cause = causes.find(({ pattern }) => pattern.test(detail))
  return new DevkError({
    code: cause?.code ?? 'CLUSTER_FAILED',
    message: `${provider} could not make cluster ${name}${cause ? `: ${cause.message}` : ''}. What there was of it was taken away.`,
    hint: cause?.hint ?? 'devk doctor looks for what may be wrong with this machine.',
    detail,
    cause: error,
  })
}
