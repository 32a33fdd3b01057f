import { lookup } from 'node:dns/promises'
import { errorCode } from '../../base/errors.ts'
import { isFreePort } from '../../base/ports.ts'
import { registryHost } from '../../cluster/registry/container.ts'
import { mirrors } from '../../cluster/registry/mirrors.ts'
import { portOwner } from '../../exec/port-owner.ts'
import type { Finding } from '../../model/finding.ts'
import { bad, type Check, good, warning } from './check.ts'

const LIMIT_MS = 3_000

export const network: Check = async ({ connection, signal }) => {
  const [names, publicRegistry, ownRegistry] = await Promise.all([
    localNames(),
    reachability(signal),
    registry(connection.docker),
  ])
  return [names, publicRegistry, ...ownRegistry]
}

/** Images are pushed at localhost:PORT: a hosts file without localhost breaks that. */
async function localNames(): Promise<Finding> {
  const address = await lookup('localhost', 4).catch(() => undefined)
  if (address?.address.startsWith('127.')) return good('DNS', `localhost is ${address.address}`)
  return bad('DNS', 'localhost is no loopback address here', 'Add "127.0.0.1 localhost" to the hosts file.')
}

async function reachability(signal: AbortSignal): Promise<Finding> {
  const [mirror] = mirrors()
  const host = mirror?.host ?? ''
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
    const response = await fetch(`${mirror?.upstream}/v2/`, { signal: limit, redirect: 'manual' })
    return good('Image registries', `${host} answers (${response.status})`)
  } catch (error) {
    signal.throwIfAborted()
    return warning(
      'Image registries',
      unresolved(error)
        ? `the name of ${host} does not resolve`
        : `${host} does not answer within ${LIMIT_MS / 1000} s`,
      'Only images that are on this machine or in its registry can run. In a clone of devk, scripts/setup builds what a cluster needs.',
    )
  }
}

function unresolved(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return ['ENOTFOUND', 'EAI_AGAIN'].includes(errorCode(cause) ?? '')
}

const USUAL_PORT = 5050

/** Says nothing where Docker can't be asked: that is a finding of its own. */
async function registry(docker: Parameters<typeof registryHost>[0]): Promise<Finding[]> {
  let host: string | undefined
  try {
    host = await registryHost(docker)
  } catch {
    return []
  }
  if (host) return [good('devk’s registry', `is at ${host}`)]
  if (await isFreePort(USUAL_PORT)) {
    return [good('devk’s registry', `there is none yet; port ${USUAL_PORT} is free for it`)]
  }
  const owner = await portOwner(USUAL_PORT)
  const seen = `there is none yet, and port ${USUAL_PORT} is taken${owner ? ` by ${owner}` : ''}`
  const advice = 'It will take the next free port; DEVK_REGISTRY_PORT names another one.'
  return [warning('devk’s registry', seen, advice)]
}
