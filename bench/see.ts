import { once } from 'node:events'
import { get } from 'node:http'
import { poll } from '../src/base/time.ts'
import { startPeer } from '../src/exec/peer.ts'
import { run } from '../src/exec/run.ts'
import { findTool } from '../src/exec/tools.ts'
import type { kubectlOf } from './by-hand.ts'

/** Waits beside all who are measured, the same way for each; it is begun before the measured time. */
export interface Watcher extends Disposable {
  /** Resolves once it looks for it. */
  expect(nonce: string, what?: readonly string[]): Promise<void>
  /** Resolves once it was there. */
  seen(): Promise<void>
}

/** A look each 2 ms, by what bash can do itself. */
const LOOK_AT_BYTES = String.raw`
cd "/proc/$1/root$2" || exit
while read -r -a files; do
  nonce=\${files[0]} at=1
  echo asked
  while [ $at -lt \${#files[@]} ]; do
    read -r line < "\${files[at]}" && [ "$line" = "$nonce" ] && { at=$((at + 1)); continue; }
    read -r -t 0.002 cancelled
    [ $? -gt 128 ] || exit
  done
  echo seen
done 2>/dev/null
`.replaceAll('\\${', '${')

/** Until all files in a container's folder begin with a line that is the nonce: read in its node, by another process. */
export function watchBytes({ node, pid }: MainProcess, folder: string): Watcher {
  const script = ['bash', '-c', LOOK_AT_BYTES, 'bash', String(pid), folder]
  const peer = startPeer({ file: 'docker', args: ['exec', '--interactive', node, ...script] })
  const told = { asked: Promise.withResolvers<void>(), seen: Promise.withResolvers<void>() }
  const read = async () => {
    for await (const line of peer.lines) told[line as 'asked' | 'seen'].resolve()
    const ended = new Error(`The look into ${folder} ended: ${peer.complaint()}`)
    for (const { promise, reject } of Object.values(told)) {
      promise.catch(() => {})
      reject(ended)
    }
  }
  void read()
  return {
    async expect(nonce, files = []) {
      Object.assign(told, { asked: Promise.withResolvers(), seen: Promise.withResolvers() })
      peer.send([nonce, ...files].join(' '))
      await told.asked.promise
    },
    seen: () => told.seen.promise,
    [Symbol.dispose]: () => peer.kill(),
  }
}

type Kubectl = Awaited<ReturnType<typeof kubectlOf>>

export interface MainProcess {
  node: string
  /** As its node counts. */
  pid: number
}

export async function mainProcess(kubectl: Kubectl, service: string): Promise<MainProcess> {
  const paths = '{.spec.nodeName} {.status.containerStatuses[0].containerID}'
  const which = ['--selector', `app=${service}`, '--output', `jsonpath={range .items[*]}${paths}{end}`]
  const { stdout } = await kubectl(['get', 'pods', ...which])
  const [node = '', id = ''] = stdout.trim().split(' ')
  const file = `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id.replace(/^.*\/\//, '')}/init.pid`
  const { stdout: pid } = await run({ file: 'docker', args: ['exec', node, 'cat', file] })
  return { node, pid: Number(pid) }
}

/** Until a pod of a service is Ready that was not there before. */
export async function watchPods(
  { kubeconfig, namespace }: { kubeconfig: string; namespace: string },
  service: string,
): Promise<Watcher> {
  const paths = '{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}'
  const where = ['--kubeconfig', kubeconfig, '--namespace', namespace]
  const which = ['--selector', `app=${service}`, '--watch', '--output', `jsonpath=${paths}`]
  const peer = startPeer({ file: await findTool('kubectl'), args: [...where, 'get', 'pods', ...which] })
  const known = new Set<string>()
  let before = new Set<string>()
  let ready = Promise.withResolvers<void>()
  const { promise: listed, resolve: isListed } = Promise.withResolvers<void>()
  const read = async () => {
    for await (const line of peer.lines) {
      const [pod = '', isReady] = line.split(' ')
      known.add(pod)
      isListed()
      if (isReady === 'True' && !before.has(pod)) ready.resolve()
    }
  }
  void read()
  await listed
  return {
    async expect() {
      before = new Set(known)
      ready = Promise.withResolvers()
    },
    seen: () => ready.promise,
    [Symbol.dispose]: () => peer.kill(),
  }
}

const ASK_EVERY_MS = 5

/** Resolves with true once a server answers with this, with false where it did not in this time. */
export async function served(
  place: { host: string; port: number },
  wanted: string,
  withinMs: number,
): Promise<boolean> {
  const signal = AbortSignal.timeout(withinMs)
  const ask = async () => ((await answer(place).catch(() => '')) === wanted ? true : undefined)
  return await poll(ask, { every: ASK_EVERY_MS, signal }).catch(() => false)
}

async function answer(place: { host: string; port: number }): Promise<string> {
  const request = get({ ...place, agent: false, signal: AbortSignal.timeout(1_000) })
  const [response] = await once(request, 'response')
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of response) text += chunk
  return text
}
