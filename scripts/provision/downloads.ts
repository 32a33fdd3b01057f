import type { Tool } from './tool-versions.ts'

/** What a tool's publisher offers for a platform. */
export interface Download {
  url: string
  /** As published; where the publisher's own file beside the download has to be asked, its address. */
  sha256: string | { url: string }
  /** The tool's path inside, where the download is a tar archive. */
  member?: string
}

export type Platform = 'linux-amd64' | 'linux-arm64' | 'darwin-amd64' | 'darwin-arm64'

/** Pinned: a new version comes with its checksums. */
const checksums: Readonly<Record<Exclude<Tool, 'kubectl'>, Readonly<Record<Platform, string>>>> = {
  kind: {
    'linux-amd64': '517ab7fc89ddeed5fa65abf71530d90648d9638ef0c4cde22c2c11f8097b8889',
    'linux-arm64': '7ea2de9d2d190022ed4a8a4e3ac0636c8a455e460b9a13ccf19f15d07f4f00eb',
    'darwin-amd64': '4f0b6e3b88bdc66d922c08469f05ef507d4903dd236e6319199bb9c868eed274',
    'darwin-arm64': 'ceaf40df1d1551c481fb50e3deb5c3deecad5fd599df5469626b70ddf52a1518',
  },
  k3d: {
    'linux-amd64': 'dbaa79a76ace7f4ca230a1ff41dc7d8a5036a8ad0309e9c54f9bf3836dbe853e',
    'linux-arm64': '0b8110f2229631af7402fb828259330985918b08fefd38b7f1b788a1c8687216',
    'darwin-amd64': 'fd0f8e9e8ea4d8bc3674572ca6ed0833b639bf57c43c708616d937377324cfea',
    'darwin-arm64': '8da468daa7dc7cf7cdd4735f90a9bb05179fa27858250f62e3d8cdf5b5ca0698',
  },
  helm: {
    'linux-amd64': 'f8180838c23d7c7d797b208861fecb591d9ce1690d8704ed1e4cb8e2add966c1',
    'linux-arm64': 'c0a45e67eef0c7416a8a8c9e9d5d2d30d70e4f4d3f7bea5de28241fffa8f3b89',
    'darwin-amd64': '860a7238285b44b5dc7b3c4dad6194316885d7015d77c34e23177e0e9554af8f',
    'darwin-arm64': '041849741550b20710d7ad0956e805ebd960b483fe978864f8e7fdd03ca84ec8',
  },
  sops: {
    'linux-amd64': '79b0f844237bd4b0446e4dc884dbc1765fc7dedc3968f743d5949c6f2e701739',
    'linux-arm64': 'e91ddc04e6a78f5aed9e4fc347a279b539c43b74d99e6b8078e2f2f6f5b309f5',
    'darwin-amd64': 'dece9b0131af5ced0f8c278a53c0cf06a4f0d1d70a177c0979f6d111654397ce',
    'darwin-arm64': '99702df79737162b986641afb8d98251acb16a52e6cab556a6b6f57c608c059a',
  },
}

/** kubectl's publisher lists a checksum beside each file; those of Linux are pinned as well. */
const kubectl: Readonly<Partial<Record<Platform, string>>> = {
  'linux-amd64': '7f9c3faab7c9f9cc3f318d49eb88efc60eb3b3a7ce9eee5feb39b1280e108a29',
  'linux-arm64': '76e284669f1f6343bd9fe2a011757809c8c01cf51da9f85ee6ef4eb93c8393a8',
}

/** Undefined where no download is offered for this machine. */
export function downloadFor(tool: Tool, platform: Platform | undefined): Download | undefined {
  if (!platform) return undefined
  const [os, arch] = platform.split('-')
  switch (tool) {
    case 'kind':
      return {
        url: `https://github.com/kubernetes-sigs/kind/releases/download/v0.30.0/kind-${platform}`,
        sha256: checksums.kind[platform],
      }
    case 'k3d':
      return {
        url: `https://github.com/k3d-io/k3d/releases/download/v5.8.3/k3d-${platform}`,
        sha256: checksums.k3d[platform],
      }
    case 'kubectl': {
      const url = `https://dl.k8s.io/release/v1.33.8/bin/${os}/${arch}/kubectl`
      return { url, sha256: kubectl[platform] ?? { url: `${url}.sha256` } }
    }
    case 'helm':
      return {
        url: `https://get.helm.sh/helm-v3.18.4-${platform}.tar.gz`,
        sha256: checksums.helm[platform],
        member: `${platform}/helm`,
      }
    case 'sops':
      return {
        url: `https://github.com/getsops/sops/releases/download/v3.10.2/sops-v3.10.2.${os}.${arch}`,
        sha256: checksums.sops[platform],
      }
  }
}

export function platformOf(os: string, arch: string): Platform | undefined {
  if (os !== 'linux' && os !== 'darwin') return undefined
  if (arch === 'x64') return `${os}-amd64`
  return arch === 'arm64' ? `${os}-arm64` : undefined
}
