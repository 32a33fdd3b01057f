import { stringify } from 'yaml'

interface Place {
  services: readonly string[]
  /** Those of them whose `src` is written into their containers when it changes. */
  synced?: readonly string[]
  namespace: string
  registry: string
}

/** Another tool for the same work, and how its own documents would have it set up. */
export interface Peer {
  name: string
  /** Its file in the project's root. */
  file: string
  content: (place: Place) => string
  /** The command that builds, pushes, deploys and waits. */
  words: readonly string[]
  /** The command that does so for what changes, until it is ended. */
  develop: {
    words: readonly string[]
    /** What it prints whenever it waits for changes. */
    waits: string
  }
  options: (place: Place) => string[]
  env: Readonly<Record<string, string>>
  /** Where the service's image goes, without a tag. */
  repository: (place: Place) => (service: string) => string
}

export const peers: readonly Peer[] = [
  {
    name: 'skaffold',
    file: 'skaffold.yaml',
    content: skaffoldFile,
    words: ['run'],
    develop: { words: ['dev', '--cleanup=false', '--tail=false'], waits: 'Watching for changes' },
    options: ({ namespace, registry }) => [
      ...['--namespace', namespace, '--default-repo', `${registry}/${namespace}`],
    ],
    env: { SKAFFOLD_INTERACTIVE: 'false', SKAFFOLD_UPDATE_CHECK: 'false' },
    repository: inOwnFolder,
  },
]

function inOwnFolder({ namespace, registry }: Place) {
  return (service: string) => `${registry}/${namespace}/${service}`
}

function skaffoldFile({ services, synced = [] }: Place): string {
  return stringify({
    apiVersion: 'skaffold/v4beta11',
    kind: 'Config',
    metadata: { name: 'bench' },
    build: {
      // One at a time is its default; 0 is as many as there are.
      local: { push: true, useBuildkit: true, concurrency: 0 },
      // The default asks Git, which knows nothing of this folder.
      tagPolicy: { sha256: {} },
      artifacts: services.map(image => ({
        image,
        context: image,
        docker: { dockerfile: 'Dockerfile' },
        ...(synced.includes(image) && { sync: { manual: [{ src: 'src/**', dest: '.' }] } }),
      })),
    },
    manifests: { rawYaml: services.map(service => `${service}/k8s.yaml`) },
    deploy: { kubectl: {} },
  })
}
