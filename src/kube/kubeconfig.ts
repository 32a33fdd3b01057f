import { KubeConfig } from '@kubernetes/client-node'
import { stringify } from 'yaml'
import { DevkError } from '../base/errors.ts'

/** A kubeconfig's text as a usable configuration. Throws KUBECONFIG_INVALID. */
export function parseKubeconfig(text: string, origin: string): KubeConfig {
  const config = new KubeConfig()
  try {
    config.loadFromString(text)
  } catch (cause) {
    throw new DevkError({
      code: 'KUBECONFIG_INVALID',
      message: `The kubeconfig ${origin} can't be read.`,
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
  return config
}

export function serverOf(config: KubeConfig): string {
  return config.getCurrentCluster()?.server ?? ''
}

/** An admin's kubeconfig as a node keeps it, under a name and an address that fit this machine. */
export function adminKubeconfig(
  text: string,
  { context, server }: { context: string; server: string },
): string {
  const inside = parseKubeconfig(text, `of ${context}`)
  const cluster = inside.getCurrentCluster()
  const user = inside.getCurrentUser()
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: context, cluster: { server, 'certificate-authority-data': cluster?.caData } }],
    users: [
      {
        name: context,
        user: { 'client-certificate-data': user?.certData, 'client-key-data': user?.keyData },
      },
    ],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
  })
}
