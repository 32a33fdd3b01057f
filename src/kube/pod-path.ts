/** Where the API has a pod, and what is under it: `log`, `exec`. */
export function podPath(namespace: string, pod: string, ...under: string[]): string {
  return [
    '/api/v1/namespaces',
    encodeURIComponent(namespace),
    'pods',
    encodeURIComponent(pod),
    ...under,
  ].join('/')
}
