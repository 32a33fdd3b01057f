import { existsSync } from 'node:fs'
import { KubeConfig } from '@kubernetes/client-node'
import { DevkError } from '../base/errors.ts'
import { userKubeconfigs } from './merge-kubeconfig.ts'

/**
 * The user's own kubeconfig as kubectl reads it: all files of KUBECONFIG together, the first of a name wins, and a file
 * that is not there has nothing. Throws KUBECONFIG_INVALID.
 */
export function readUserConfig(env: NodeJS.ProcessEnv = process.env): KubeConfig {
  const all = new KubeConfig()
  for (const file of userKubeconfigs(env).filter(path => existsSync(path))) {
    const one = readFile(file)
    for (const cluster of one.getClusters()) if (!all.getCluster(cluster.name)) all.addCluster(cluster)
    for (const user of one.getUsers()) if (!all.getUser(user.name)) all.addUser(user)
    for (const context of one.getContexts()) if (!all.getContextObject(context.name)) all.addContext(context)
  }
  return all
}

function readFile(file: string): KubeConfig {
  const config = new KubeConfig()
  try {
    // Relative paths in it are taken from its folder.
    config.loadFromFile(file)
  } catch (cause) {
    throw new DevkError({
      code: 'KUBECONFIG_INVALID',
      message: `Your kubeconfig ${file} can't be read.`,
      hint: 'Correct it, or name another one in KUBECONFIG.',
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
  return config
}
