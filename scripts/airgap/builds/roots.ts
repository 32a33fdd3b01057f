import { join } from 'node:path'
import type { Build } from '../build.ts'
import { versions } from '../versions.ts'

/** Debian root file systems, as images that the others are built FROM. */
export const podRoot = root({
  name: 'pod-root',
  title: "root file system of Kubernetes' pods",
  variant: 'extract',
  packages: [
    'libc6',
    'libc-bin',
    'busybox-static',
    'iptables',
    'conntrack',
    'libnetfilter-conntrack3',
    'ca-certificates',
  ],
})

export const registryRoot = root({
  name: 'registry-root',
  title: 'docker-registry out of its package',
  variant: 'extract',
  packages: ['docker-registry'],
})

export const nodeRoot = root({
  name: 'node-root',
  title: 'root file system of the nodes',
  variant: 'minbase',
  packages: [
    ...['systemd', 'systemd-sysv', 'dbus', 'kmod', 'mount', 'procps', 'util-linux'],
    ...['containerd', 'runc', 'containernetworking-plugins'],
    ...['iptables', 'nftables', 'ebtables', 'iproute2', 'conntrack', 'ethtool', 'socat'],
    ...['ca-certificates', 'curl', 'jq', 'pigz', 'xz-utils'],
  ],
})

export const busyboxRoot = root({
  name: 'busybox-root',
  title: 'busybox out of its package',
  variant: 'extract',
  packages: ['busybox-static'],
})

export const debianRoot = root({
  name: 'debian-root',
  title: 'root file system of the base images',
  variant: 'minbase',
  packages: ['ca-certificates'],
  // What Debian's own slim images leave out, and whatever is installed over them.
  options: [
    ...['man', 'info', 'locale', 'doc'].map(name => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    ...['pkgcache', 'srcpkgcache'].map(name => `--aptopt=Dir::Cache::${name} ""`),
  ],
})

interface Root {
  name: string
  title: string
  /** extract: only unpacked, no maintainer script has run, and no dpkg is inside. */
  variant: 'extract' | 'minbase'
  packages: readonly string[]
  options?: readonly string[]
}

function root({ name, title, variant, packages, options = [] }: Root): Build {
  const tag = `devk.local/${name}:${versions.debian}`
  const args = [
    '--quiet',
    `--variant=${variant}`,
    `--include=${packages.join(',')}`,
    // As debootstrap merges /usr: the package that does it afterwards brings all of Perl.
    ...(variant === 'minbase' ? ['--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr'] : []),
    ...options,
    versions.debian,
  ]
  return {
    id: name,
    title,
    needs: [],
    weight: 'io',
    programs: ['mmdebstrap', 'docker'],
    output: { kind: 'images', tags: [tag] },
    inputs: { paths: [], values: args },
    async make({ run, folder, labels, say }) {
      const archive = join(folder, 'root.tar')
      say(`fetching ${packages.length} Debian packages and what they depend on`)
      await run('mmdebstrap', [...args, archive])
      say('importing')
      const changes = Object.entries(labels).flatMap(([key, value]) => ['--change', `LABEL ${key}=${value}`])
      await run('docker', ['import', ...changes, archive, tag])
    },
  }
}
