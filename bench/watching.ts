import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep } from '../src/base/time.ts'
import { startPeer } from '../src/exec/peer.ts'
import { run } from '../src/exec/run.ts'
import type { ProjectStatus } from '../src/model/project-status.ts'
import type { Suite } from './measure.ts'
import { memoryOf } from './memory.ts'

const FOLDERS = 500
const IN_EACH = 20
const NAME = 'bench-many'
/** A daemon that was asked for nothing for so long is idle. */
const IDLE_MS = 15_000
const program = join(import.meta.dirname, 'watch-once.ts')

/** What it costs to know and to watch a large tree, beside a look at it by hand. */
export function watchingSuite(
  {
    folder,
    cluster,
    devk,
    signal,
  }: {
    folder: string
    cluster: string
    devk: (folder: string, ...args: string[]) => Promise<string>
    signal: AbortSignal
  },
  after: () => Promise<void>,
): Suite {
  const src = join(folder, 'src')
  return {
    title: '10,000 files in 500 folders: known',
    async before() {
      for (let at = 0; at < FOLDERS; at++) {
        const inner = join(src, `d${at % 25}`, `d${at}`)
        await mkdir(inner, { recursive: true })
        for (let file = 0; file < IN_EACH; file++) {
          await writeFile(join(inner, `f${file}.js`), `// ${at} ${file}\n`.repeat(60))
        }
      }
    },
    contenders: [
      {
        name: 'by hand: find, sha256sum',
        run: async () => {
          const script = 'find "$1" -type f -print0 | xargs -0 sha256sum >/dev/null'
          await run({ file: 'sh', args: ['-c', script, 'sh', src] }, { signal })
        },
      },
      {
        name: 'devk: and watched',
        async run(begin) {
          const peer = startPeer({ file: process.execPath, args: [program, src] })
          for await (const line of peer.lines) if (line === 'begun') begin()
          if ((await peer.ended) !== 0) throw new Error(peer.complaint())
        },
      },
    ],
    async after() {
      const files = {
        Dockerfile: 'FROM node:24-slim\nWORKDIR /app\nCOPY src ./src\nCMD ["sleep", "1000000"]\n',
        'k8s.yaml': manifest,
        'devk.yaml': `name: ${NAME}\ncluster: { name: ${cluster} }\nservices:\n  many: { build: ., deploy: k8s.yaml, sync: [{ from: src, to: /app/src }] }\n`,
      }
      for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content)
      await devk(folder, 'up')
      await sleep(IDLE_MS, signal)
      const { daemon } = JSON.parse(await devk(folder, 'status', '--json')) as ProjectStatus
      console.log(`The idle daemon that watches them: ${await memoryOf(daemon?.pid ?? 0)} MB`)
      await devk(folder, 'down', '--keep-cluster')
      await after()
    },
  }
}

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: many }
spec:
  selector: { matchLabels: { app: many } }
  template:
    metadata: { labels: { app: many } }
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{ name: many, image: many }]
`
