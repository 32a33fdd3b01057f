/** What is built where nothing can be fetched. The modules under go/ name the same versions, and those beneath them. */
export const versions = {
  kubernetes: 'v1.33.13',
  kind: 'v0.30.0',
  etcd: 'v3.5.35',
  coredns: 'v1.12.2',
  k3d: 'v5.8.3',
  helm: 'v3.22.0',
  sops: 'v3.13.3',
  npm: '11.6.2',
  debian: 'bookworm',
} as const

export const images = {
  kindNode: `kindest/node:${versions.kubernetes}`,
  k3s: `devk.local/k3s-stand-in:${versions.kubernetes}-k3s1`,
  k3dTools: `devk.local/k3d-tools:${versions.k3d.slice(1)}`,
  k3dProxy: `devk.local/k3d-proxy:${versions.k3d.slice(1)}`,
  registry: 'registry:2',
} as const
