import { createHash, randomInt } from 'node:crypto'
import type { DockerConnection } from '../docker/connect.ts'
import type { Run } from '../exec/run.ts'

export interface Place {
  /** The pod's node, which is a container of the same name. */
  node: string
  ip: string
  port: number
  /** Since when the pod runs there: what is older than its node's start is a memory, and its address may be another's. */
  since: string
}

export interface Address {
  host: string
  port: number
}

/**
 * A way into pods past the API server: the node's address is one of this machine's, and the node passes on what comes at
 * a port of it from this machine. The kernel does it, so that nothing is copied and either side may end first.
 */
export interface NodeRoutes extends AsyncDisposable {
  /** The way, which the first one who asks waits for; undefined where there is none. */
  to(place: Place): Promise<Address | undefined>
  /** It led nowhere: none is looked for there for a moment. */
  forget(place: Place): void
}

interface Node {
  address: string
  gateway: string
  started: number
}

const REST_MS = 2_000
const PATIENCE_MS = 5_000
/** Those of pods that are gone stay until then. */
const MOST_RULES = 64
const FIRST = 33_000
const LAST = 65_000

/** `owner` tells the routes of this daemon from those of others in the same node. */
export function nodeRoutes({ docker, host }: DockerConnection, run: Run, owner: string): NodeRoutes {
  const chain = `DEVK-${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`
  // Elsewhere the nodes' addresses are in a machine of Docker's own.
  const possible = process.platform === 'linux' && host.startsWith('unix://')
  const rules = new Map<string, Map<string, string>>()
  const made = new Map<string, Promise<Address | undefined>>()
  const closing = new AbortController()
  let last: Promise<unknown> = Promise.resolve()

  const iptables = (node: string, program: string, args: string[], input?: string) =>
    run(
      {
        file: 'docker',
        args: ['exec', ...(input === undefined ? [] : ['--interactive']), node, program, ...args],
        env: { DOCKER_HOST: host },
        ...(input !== undefined && { input }),
      },
      { signal: AbortSignal.any([closing.signal, AbortSignal.timeout(PATIENCE_MS)]) },
    )

  async function make(place: Place): Promise<Address> {
    const { node, ip, port, since } = place
    const { address, gateway, started } = await inspect(node)
    if (Date.parse(since) < Math.floor(started / 1_000) * 1_000)
      throw new Error(`${ip} is of before the start of ${node}`)
    const { stdout } = await iptables(node, 'iptables-save', ['-t', 'nat'])
    const taken = new Set([...stdout.matchAll(/--dport (\d+)/g)].map(match => Number(match[1])))
    const outside = freePort(taken)
    const own = stdout.includes(`:${chain} `)
      ? (rules.get(node) ?? new Map<string, string>())
      : new Map<string, string>()
    const from = `-s ${gateway}/32 -d ${address}/32 -p tcp -m tcp --dport ${outside}`
    own.set(keyOf(place), `-A ${chain} ${from} -j DNAT --to-destination ${ip}:${port}`)
    for (const oldest of own.keys()) if (own.size > MOST_RULES) own.delete(oldest)
    rules.set(node, own)
    const jump = stdout.includes(`-A PREROUTING -j ${chain}`) ? [] : [`-I PREROUTING 1 -j ${chain}`]
    await restore(node, [`:${chain} - [0:0]`, ...jump, ...own.values()])
    return { host: address, port: outside }
  }

  async function restore(node: string, lines: readonly string[]): Promise<void> {
    const text = ['*nat', ...lines, 'COMMIT', ''].join('\n')
    await iptables(node, 'iptables-restore', ['--noflush', '--wait'], text)
  }

  async function inspect(node: string): Promise<Node> {
    const { NetworkSettings, State } = await docker.getContainer(node).inspect()
    const [network] = Object.values(NetworkSettings.Networks).filter(each => each.IPAddress && each.Gateway)
    if (!network) throw new Error(`${node} has no address`)
    return { address: network.IPAddress, gateway: network.Gateway, started: Date.parse(State.StartedAt) }
  }

  function rest(key: string): void {
    const none = Promise.resolve(undefined)
    made.set(key, none)
    setTimeout(() => made.get(key) === none && made.delete(key), REST_MS).unref()
  }

  return {
    async to(place) {
      if (!possible) return undefined
      const key = keyOf(place)
      const before = made.get(key)
      if (before) return await before
      // One after the other: each writes all of a node's rules. Where it can't be, there is the other way.
      const making = last
        .then(() => make(place))
        .catch(() => {
          rest(key)
          return undefined
        })
      last = making
      made.set(key, making)
      return await making
    },
    forget: place => rest(keyOf(place)),
    async [Symbol.asyncDispose]() {
      await last
      const gone = [...rules.keys()].map(node =>
        restore(node, [`-D PREROUTING -j ${chain}`, `-F ${chain}`, `-X ${chain}`]).catch(() => {}),
      )
      await Promise.all(gone)
      closing.abort()
    },
  }
}

function freePort(taken: ReadonlySet<number>): number {
  while (true) {
    const port = randomInt(FIRST, LAST)
    if (!taken.has(port)) return port
  }
}

function keyOf({ node, ip, port }: Place): string {
  return `${node} ${ip}:${port}`
}
