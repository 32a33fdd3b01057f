import type { SecretEntries } from '../model/secrets.ts'
import { type Taken, unfit } from './faults.ts'

export const DOCKER_CONFIG = 'kubernetes.io/dockerconfigjson'
export const DOCKER_ENTRY = '.dockerconfigjson'

/** The entries of which Kubernetes wants all for a type, or one of several. */
const WANTED: Record<string, readonly string[][]> = {
  'kubernetes.io/tls': [['tls.crt'], ['tls.key']],
  [DOCKER_CONFIG]: [[DOCKER_ENTRY]],
  'kubernetes.io/dockercfg': [['.dockercfg']],
  'kubernetes.io/basic-auth': [['username', 'password']],
  'kubernetes.io/ssh-auth': [['ssh-privatekey']],
}

/** A Secret of an account of the cluster's own. */
const MADE_BY_KUBERNETES = 'kubernetes.io/service-account-token'

/** Kubernetes would refuse it, or pods would fail with it: said here with the file that it is of. */
export function checkType(entries: SecretEntries, taken: Taken & { type: string }): void {
  const { type } = taken
  if (type === MADE_BY_KUBERNETES) throw unfit(taken, `Secrets of type ${type} are made by Kubernetes itself`)
  for (const any of WANTED[type] ?? []) {
    if (!any.some(name => entries.has(name)))
      throw unfit(taken, `a Secret of type ${type} needs ${any.join(' or ')}`)
  }
  const config = type === DOCKER_CONFIG ? entries.get(DOCKER_ENTRY) : undefined
  if (config && !isJson(config)) throw unfit(taken, `its ${DOCKER_ENTRY} is not JSON`)
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}
