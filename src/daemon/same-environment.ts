import { hash } from 'node:crypto'

/** What decides where the daemon and the programs that it starts find Docker, the cluster and the network. */
const DECIDING = /^(DOCKER_|BUILDKIT_|BUILDX_|KUBECONFIG$|HELM_|DEVK_|(HTTPS?|NO|ALL)_PROXY$)/i

/** What decides which keys of secrets are found, by devk or by a program that it leaves them to. */
const LEADING_TO_KEYS = /^(SOPS_|GNUPGHOME$|AWS_|AZURE_|GOOGLE_|VAULT_|HOME$|XDG_CONFIG_HOME$)/

/** Whether a daemon that was started in one environment would do the same as one that is started in the other. */
export function sameEnvironment(one: NodeJS.Dict<string>, other: NodeJS.Dict<string>): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every(name => !DECIDING.test(name) || one[name] === other[name])
}

/** Equal where the same keys of secrets are found; nothing can be read from it. */
export function keysMark(env: NodeJS.Dict<string>): string {
  const leading = Object.entries(env).filter(([name]) => LEADING_TO_KEYS.test(name))
  return hash('sha256', JSON.stringify(leading.toSorted(([one], [other]) => (one < other ? -1 : 1))))
}
