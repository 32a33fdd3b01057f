import { isIP } from 'node:net'
import { DevkError } from '../base/errors.ts'

/** Contexts that the tools for local clusters make. */
const LOCAL_CONTEXT =
  /^(kind-.+|k3d-.+|minikube|docker-desktop|rancher-desktop|orbstack|colima(-.+)?|microk8s|k3s-default|lima-.+)$/
const LOCAL_HOST = /^(localhost|.+\.localhost|kubernetes\.docker\.internal|host\.docker\.internal)$/

/**
 * A cluster that devk did not make is touched only where it is local, by its context and by its address: either alone
 * may be wrong. A remote one is touched only where the project says in so many words that it is remote.
 */
export function guard({
  context,
  server,
  remote,
}: {
  context: string
  server: string
  remote: boolean
}): void {
  if (remote) return
  const knownContext = LOCAL_CONTEXT.test(context)
  const localAddress = isLocalAddress(server)
  if (knownContext && localAddress) return
  const doubt = knownContext
    ? `its API is at ${server}, which is no loopback or private address`
    : `no tool for local clusters names its contexts so${localAddress ? '' : `, and its API is at ${server}`}`
  throw new DevkError({
    code: 'CLUSTER_REMOTE',
    message: `The context ${context} may be a remote cluster: ${doubt}. Nothing was touched.`,
    hint: 'If devk may change it, write under cluster in devk.yaml: provider: existing, context: its name, remote: true.',
  })
}

/** By its context and by its address. */
export function isSurelyLocal({ context, server }: { context: string; server: string }): boolean {
  return LOCAL_CONTEXT.test(context) && isLocalAddress(server)
}

export function isLocalAddress(server: string): boolean {
  let host: string
  try {
    host = new URL(server).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return false
  }
  if (isIP(host) === 4) return isPrivateV4(host)
  if (isIP(host) === 6) return /^(::1$|f[cd]|fe[89ab])/i.test(host)
  return LOCAL_HOST.test(host)
}

function isPrivateV4(address: string): boolean {
  const [a = 0, b = 0] = address.split('.').map(Number)
  return (
    a === 127 ||
    a === 10 ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254)
  )
}
