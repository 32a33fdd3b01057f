import type { DockerConnection } from '../docker/connect.ts'
import type { Run } from '../exec/run.ts'

/** A container as its node knows it; the node is a container of this machine, of the same name. */
export interface ContainerInNode {
  node: string
  /** The runtime's own word for it. */
  container: string
}

/** A command that was begun in a container beside what it runs by itself. */
export interface Begun {
  pid: number
  ageMs: number
  words: string[]
}

/**
 * What the API server has no way for: commands in containers, as their node sees them. Where a node can't be asked, it is
 * as if there were none.
 */
export interface NodeProcesses {
  /** Commands that run in the container now. */
  begun(place: ContainerInNode): Promise<Begun[]>
  /** To the command and what it has started: true where there was somebody to take it. */
  signal(place: ContainerInNode, pid: number, signal: NodeJS.Signals): Promise<boolean>
  /**
   * containerd tells of no end of a command that has left much of its stdin unread, as it waits for whoever reads that:
   * for commands that have ended, it is read here.
   */
  release(place: ContainerInNode): Promise<void>
}

const PATIENCE_MS = 5_000

export function nodeProcesses({ host }: DockerConnection, run: Run): NodeProcesses {
  const inNode = async (node: string, script: string, ...args: string[]): Promise<string | undefined> => {
    const command = {
      file: 'docker',
      args: ['exec', node, 'sh', '-c', script, 'sh', ...args],
      env: { DOCKER_HOST: host },
    }
    try {
      return (await run(command, { signal: AbortSignal.timeout(PATIENCE_MS) })).stdout
    } catch {
      return undefined
    }
  }
  return {
    begun: async ({ node, container }) => parseBegun((await inNode(node, LIST, container)) ?? ''),
    signal: async ({ node }, pid, signal) =>
      (await inNode(node, SIGNAL, signal.replace(/^SIG/, ''), String(pid))) !== undefined,
    release: async ({ node, container }) => void (await inNode(node, RELEASE, container)),
  }
}

/** `PID TICKS UPTIME WORDS`, a line each: hundredths of seconds after the machine's start, and what was typed as base64. */
export function parseBegun(listing: string): Begun[] {
  return listing.split('\n').flatMap(line => {
    const [pid, ticks, uptime, words = ''] = line.split(' ')
    const ageMs = Number(uptime) * 1_000 - Number(ticks) * 10
    if (!pid || !Number.isFinite(ageMs)) return []
    const text = Buffer.from(words, 'base64').toString()
    return [{ pid: Number(pid), ageMs, words: text.replace(/\0$/, '').split('\0') }]
  })
}

/** Each command has a file that holds its process; kind's nodes and k3s keep them at different places. */
const EACH = `
for root in /run/containerd /run/k3s/containerd; do
  for file in "$root/io.containerd.runtime.v2.task/k8s.io/$1"/*.pid; do
    [ -e "$file" ] || continue
    id=\${file##*/}; id=\${id%.pid}
    [ "$id" = init ] && continue
    pid=$(cat "$file")`

const LIST = `${EACH}
    [ -r "/proc/$pid/stat" ] || continue
    ticks=$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)
    echo "$pid $ticks $(cut -d ' ' -f 1 /proc/uptime) $(base64 < "/proc/$pid/cmdline" | tr -d '\\n')"
  done
done`

const RELEASE = `${EACH}
    [ -d "/proc/$pid" ] && continue
    for pipe in "$root/io.containerd.grpc.v1.cri/containers/$1"/io/*/"$id-stdin"; do
      [ -p "$pipe" ] && timeout 1 dd if="$pipe" of=/dev/null bs=65536 count=2
    done
  done
done
exit 0`

/** A command leads a group of its own. */
const SIGNAL = `kill -s "$1" -- "-$2" || kill -s "$1" "$2"`
