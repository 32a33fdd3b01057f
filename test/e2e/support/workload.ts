/** A workload that shows all that a cluster must do: it runs an image, answers at a port, and keeps data. */
export function workload(image: string, { hostPort }: { hostPort?: number } = {}): string {
  const labels = { app: 'probe' }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'probe' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Mi' } } },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'probe' },
        spec: {
          strategy: { type: 'Recreate' },
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              terminationGracePeriodSeconds: 1,
              volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'probe' } }],
              containers: [
                {
                  name: 'probe',
                  image,
                  command: [
                    'sh',
                    '-c',
                    'cd /data && [ -f index.html ] || echo "written once" > index.html; exec httpd -f -p 8080',
                  ],
                  ports: [{ containerPort: 8080 }],
                  readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
                  volumeMounts: [{ name: 'data', mountPath: '/data' }],
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'probe' },
        spec: {
          type: 'NodePort',
          selector: labels,
          ports: [{ port: 80, targetPort: 8080, ...(hostPort !== undefined && { nodePort: hostPort }) }],
        },
      },
    ],
  })
}

/** One pod on every node: it shows that every node can have the image. */
export function everywhere(name: string, image: string): string {
  const labels = { app: name }
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          tolerations: [{ operator: 'Exists' }],
          containers: [{ name, image, command: ['sh', '-c', 'trap "exit 0" TERM; sleep 86400 & wait'] }],
        },
      },
    },
  })
}
