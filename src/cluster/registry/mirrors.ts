/** A public registry that the machine's own registry stands in for. */
export interface Mirror {
  /** As image names spell it. */
  host: string
  /** Where it is really reached. */
  upstream: string
  /** Where the pull-through process listens inside the registry container. */
  port: number
}

const publicRegistries: Readonly<Record<string, string>> = {
  'docker.io': 'https://registry-1.docker.io',
  'registry.k8s.io': 'https://registry.k8s.io',
  'ghcr.io': 'https://ghcr.io',
  'quay.io': 'https://quay.io',
  'gcr.io': 'https://gcr.io',
  'mcr.microsoft.com': 'https://mcr.microsoft.com',
}

const FIRST_PORT = 5001

/** The public registries, with those that a machine's settings add or send elsewhere. */
export function mirrors(configured: Readonly<Record<string, string>> = {}): Mirror[] {
  return Object.entries({ ...publicRegistries, ...configured }).map(([host, upstream], index) => ({
    host,
    upstream,
    port: FIRST_PORT + index,
  }))
}
