import { totalmem } from 'node:os'
import { DevkError } from '../../../src/base/errors.ts'
import type { Build, Workshop } from '../build.ts'
import { source } from '../places.ts'
import { versions } from '../versions.ts'

const STRIPPED = '-s -w'

/** What is stripped in the end need not be compiled: a tenth of the compiler's time. */
const WITHOUT_DEBUGGING = '-gcflags=all=-dwarf=false'

/** Whatever compiles beside Kubernetes takes only what that leaves: at its end it keeps one core busy, not two. */
const BESIDE = 10

const kubernetesFlags = [
  STRIPPED,
  ...['k8s.io/client-go/pkg/version', 'k8s.io/component-base/version'].flatMap(name => [
    `-X ${name}.gitVersion=${versions.kubernetes}`,
    `-X ${name}.gitMajor=1`,
    `-X ${name}.gitMinor=${versions.kubernetes.split('.')[1]}`,
    `-X ${name}.gitTreeState=clean`,
  ]),
].join(' ')

/** Programs that are reachable as Go modules only. The long compile is first: all else runs beside it. */
export const kubernetes = fromModule({
  id: 'kubernetes',
  title: `Kubernetes ${versions.kubernetes}`,
  module: 'kubernetes',
  commands: [['.', './pause'], ['github.com/rancher/local-path-provisioner']],
  flags: kubernetesFlags,
  niceness: 0,
})

export const kind = fromPackage('kind', `sigs.k8s.io/kind@${versions.kind}`)

export const etcd = fromModule({
  id: 'etcd',
  title: `etcd ${versions.etcd}`,
  module: 'etcd',
  commands: [['go.etcd.io/etcd/server/v3']],
  flags: STRIPPED,
  name: 'etcd',
})

export const coredns = fromModule({
  id: 'coredns',
  title: `CoreDNS ${versions.coredns}`,
  module: 'coredns',
  commands: [['.']],
  flags: STRIPPED,
})

export const k3d = fromModule({
  id: 'k3d',
  title: `k3d ${versions.k3d}`,
  module: 'k3d',
  commands: [['github.com/k3d-io/k3d/v5']],
  flags: `${STRIPPED} -X github.com/k3d-io/k3d/v5/version.Version=${versions.k3d}`,
  name: 'k3d',
})

export const helm = fromPackage(
  'helm',
  `helm.sh/helm/v3/cmd/helm@${versions.helm}`,
  `${STRIPPED} -X helm.sh/helm/v3/internal/version.version=${versions.helm}`,
)

export const sops = fromPackage('sops', `github.com/getsops/sops/v3/cmd/sops@${versions.sops}`)

interface Module {
  id: string
  title: string
  /** The folder under go/ whose go.mod says which versions. */
  module: string
  /** The packages that each go command builds: two that spell a dependency differently cannot be named together. */
  commands: readonly (readonly string[])[]
  flags: string
  /** What to call the binary, where its package has another name. */
  name?: string
  niceness?: number
}

/** A compiler that collects its garbage less often is done sooner. */
function spareMemory(): Record<string, string> {
  return totalmem() > 8 * 2 ** 30 ? { GOGC: '400' } : {}
}

function fromModule({ id, title, module, commands, flags, name = '', niceness = BESIDE }: Module): Build {
  const folder = source('go', module)
  return {
    id,
    title,
    needs: [],
    weight: 'cpu',
    programs: ['go'],
    output: { kind: 'folder' },
    inputs: { paths: [folder], values: [...commands.flat(), flags, name] },
    async make(workshop) {
      for (const packages of commands) {
        const args = [
          'build',
          '-mod=readonly',
          WITHOUT_DEBUGGING,
          '-trimpath',
          '-buildvcs=false',
          '-ldflags',
          flags,
        ]
        const target = ['-o', `${workshop.folder}/${name}`]
        await go(workshop, [...args, ...target, ...packages], { cwd: folder, niceness })
      }
    },
  }
}

function fromPackage(id: string, versioned: string, flags = STRIPPED): Build {
  return {
    id,
    title: `${id} ${versioned.split('@')[1]}`,
    needs: [],
    weight: 'cpu',
    programs: ['go'],
    output: { kind: 'folder' },
    inputs: { paths: [], values: [versioned, flags] },
    make: workshop =>
      go(workshop, ['install', WITHOUT_DEBUGGING, '-trimpath', '-ldflags', flags, versioned], {
        cwd: workshop.folder,
        env: { GOBIN: workshop.folder },
      }),
  }
}

interface GoOptions {
  cwd: string
  niceness?: number
  env?: Record<string, string>
}

async function go(
  { run, say }: Workshop,
  args: readonly string[],
  { cwd, niceness = BESIDE, env = {} }: GoOptions,
): Promise<void> {
  await run('nice', ['-n', String(niceness), 'go', ...args], {
    cwd,
    // The flags and the workspace of whoever runs set-up are for their own code.
    env: { GOFLAGS: '', GOWORK: 'off', CGO_ENABLED: '0', ...spareMemory(), ...env },
    onLine: line => say(line.replace(/^go: /, '')),
  })
}

/** Where the source of a module lies; fetched if need be. */
export async function moduleFolder({ run, folder }: Workshop, versioned: string): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', versioned], {
    cwd: folder,
    env: { GOFLAGS: '', GOWORK: 'off' },
  })
  const answer: { Dir?: string } = JSON.parse(stdout)
  if (answer.Dir) return answer.Dir
  throw new DevkError({
    code: 'MODULE_MISSING',
    message: `go mod download gave no folder for ${versioned}.`,
    detail: stdout,
  })
}
