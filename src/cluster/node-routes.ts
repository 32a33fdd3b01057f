import { createHash, randomInt } from 'node:crypto'
import type { DockerConnection } from '../docker/connect.ts'
import type { Run } from '../exec/run.ts'

export interface Place {
  /** The pod's node, which is a container of the same name. */
  node: string
  ip: string
  port: number
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
  /** The way that is there, or undefined: one is made then, for the next time, where that can be. */
  to(place: Place): Address | undefined
  /** It led nowhere. Where its node was started anew, the pod may have another address by now: it rests for a while. */
  forget(place: Place): void
}

interface Node {
  address: string
  gateway: string
}

const REST_MS = 30_000
const FIRST = 33_000
const LAST = 65_000

/** `owner` tells the routes of this daemon from those of others in the same node. */
export function nodeRoutes({ docker, host }: DockerConnection, run: Run, owner: string): NodeRoutes {
  const chain = `DEVK-${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`
  // Elsewhere the nodes' addresses are in a machine of Docker's own.
  const possible = process.platform === 'linux' && host.startsWith('unix://')
  const ready = new Map<string, Address>()
  const rules = new Map<string, Map<string, string>>()
  const asked = new Set<string>()
  const closing = new AbortController()
  let last: Promise<void> = Promise.resolve()

  const iptables = (node: string, program: string, args: string[], input?: string) =>
    run(
      {
        file: 'docker',
        args: ['exec', ...(input === undefined ? [] : ['--interactive']), node, program, ...args],
        env: { DOCKER_HOST: host },
        ...(input !== undefined && { input }),
      },
      { signal: closing.signal },
    )

  async function make(place: Place): Promise<void> {
    const { node, ip, port } = place
    const { address, gateway } = await inspect(node)
    const { stdout } = await iptables(node, 'iptables-save', ['-t', 'nat'])
    const taken = new Set([...stdout.matchAll(/--dport (\d+)/g)].map(match => Number(match[1])))
    const outside = freePort(taken)
    const own = stdout.includes(`:${chain} `)
      ? (rules.get(node) ?? new Map<string, string>())
      : new Map<string, string>()
    const from = `-s ${gateway}/32 -d ${address}/32 -p tcp -m tcp --dport ${outside}`
    own.set(keyOf(place), `-A ${chain} ${from} -j DNAT --to-destination ${ip}:${port}`)
    rules.set(node, own)
    const jump = stdout.includes(`-A PREROUTING -j ${chain}`) ? [] : [`-I PREROUTING 1 -j ${chain}`]
    await restore(node, [`:${chain} - [0:0]`, ...jump, ...own.values()])
    ready.set(keyOf(place), { host: address, port: outside })
  }

  async function restore(node: string, lines: readonly string[]): Promise<void> {
    const text = ['*nat', ...lines, 'COMMIT', ''].join('\n')
    await iptables(node, 'iptables-restore', ['--noflush', '--wait'], text)
  }

  async function inspect(node: string): Promise<Node> {
    const { NetworkSettings } = await docker.getContainer(node).inspect()
    const [network] = Object.values(NetworkSettings.Networks).filter(each => each.IPAddress && each.Gateway)
    if (!network) throw new Error(`${node} has no address`)
    return { address: network.IPAddress, gateway: network.Gateway }
  }

  return {
    to(place) {
      const key = keyOf(place)
      const address = ready.get(key)
      if (address || !possible || asked.has(key)) return address
      asked.add(key)
      // One after the other: each writes all of a node's rules. Where it can't be, there is the other way.
      last = last.then(() => make(place)).catch(() => {})
      return undefined
    },
    forget(place) {
      if (!ready.delete(keyOf(place))) return
      setTimeout(() => asked.delete(keyOf(place)), REST_MS).unref()
    },
    async [Symbol.asyncDispose]() {
      ready.clear()
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
