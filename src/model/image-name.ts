/** An image's name in full, as Docker and Kubernetes complete it. */
export interface ImageName {
  /** `docker.io` where none is written. */
  host: string
  /** `library/postgres` for `postgres`. */
  path: string
  tag: string
  digest?: string | undefined
}

export function parseImageName(name: string): ImageName {
  const [named = '', digest] = name.split('@')
  const slash = named.indexOf('/')
  const first = slash < 0 ? '' : named.slice(0, slash)
  const hasHost = /[.:]/.test(first) || first === 'localhost'
  const rest = hasHost ? named.slice(slash + 1) : named
  const colon = rest.lastIndexOf(':')
  const path = colon < 0 ? rest : rest.slice(0, colon)
  const host = hasHost && first !== 'index.docker.io' ? first : 'docker.io'
  return {
    host,
    path: host === 'docker.io' && !path.includes('/') ? `library/${path}` : path,
    tag: colon < 0 ? 'latest' : rest.slice(colon + 1),
    ...(digest !== undefined && { digest }),
  }
}
