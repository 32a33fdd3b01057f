import { run } from '../../../src/exec/run.ts'
import { docker, type kubectl } from './machine.ts'

export interface RunningPod {
  pod: string
  node: string
  /** The runtime's, of its first container. */
  id: string
}

/** Those that are there to stay. */
export async function podsOf(
  kube: ReturnType<typeof kubectl>,
  namespace: string,
  app: string,
): Promise<RunningPod[]> {
  const columns =
    '{.metadata.name} {.spec.nodeName} {.status.containerStatuses[0].containerID} {.metadata.deletionTimestamp}'
  const output = `jsonpath={range .items[*]}${columns}{"\\n"}{end}`
  const where = ['--namespace', namespace, '--selector', `app=${app}`]
  const lines = (await kube(['get', 'pods', ...where, '--output', output])).split('\n').filter(Boolean)
  return lines.flatMap(line => {
    const [pod = '', node = '', id = '', deleted = ''] = line.split(' ')
    return id && deleted === '' ? [{ pod, node, id: id.replace(/^.*\/\//, '') }] : []
  })
}

/** Runs a script in the root folder of a container, by its node: its image need have nothing for it. */
export async function inRootOf({ node, id }: RunningPod, script: string, ...args: string[]): Promise<string> {
  const enter = `for r in /run/containerd /run/k3s/containerd; do f="$r/io.containerd.runtime.v2.task/k8s.io/$1/init.pid"; [ -e "$f" ] && pid=$(cat "$f"); done; cd "/proc/$pid/root" || exit 1; shift; `
  return await docker('exec', node, 'sh', '-c', enter + script, 'sh', id, ...args)
}

/** Every file with its hash and every link with its target, but for what programs make there themselves. */
const LIST = `find . -type f ! -name Dockerfile ! -path '*__pycache__*' -exec sha256sum {} + | LC_ALL=C sort -k 2
find . -type l | LC_ALL=C sort | while IFS= read -r link; do echo "$link -> $(readlink "$link")"; done`

export async function filesIn(pod: RunningPod, folder: string): Promise<string> {
  return await inRootOf(pod, `cd ".$1" || exit 1; ${LIST}`, folder)
}

export async function filesHere(folder: string): Promise<string> {
  return (await run({ file: 'sh', args: ['-c', LIST], cwd: folder })).stdout
}
