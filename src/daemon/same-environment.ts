/** What decides where the daemon and the programs that it starts find Docker, the cluster and the network. */
const DECIDING = /^(DOCKER_|BUILDKIT_|BUILDX_|KUBECONFIG$|HELM_|DEVK_|(HTTPS?|NO|ALL)_PROXY$)/i

/** Whether a daemon that was started in one environment would do the same as one that is started in the other. */
export function sameEnvironment(one: NodeJS.Dict<string>, other: NodeJS.Dict<string>): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every(name => !DECIDING.test(name) || one[name] === other[name])
}
