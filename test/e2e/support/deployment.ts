/** The manifest of a Deployment whose pods end quickly. */
export function deployment(name: string, podSpec: object, { replicas = 1 } = {}): string {
  const labels = { app: name }
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, ...podSpec } },
    },
  })
}
