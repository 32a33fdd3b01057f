import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { poll, sleep } from '../../../src/base/time.ts'
import { watchFiles } from '../../../src/watch/watch-files.ts'

/** What must be seen from a process of its own; prints what it saw. */
const folder = await mkdtemp(join(tmpdir(), 'devk-watch-'))
const at = (name: string) => join(folder, name)
const told: string[][] = []
const notices: string[] = []
await mkdir(at('deep'))
for (const name of ['deep/c.js', 'file.js', 'other.js']) await writeFile(at(name), 'before')

async function watch() {
  return await watchFiles([{ path: folder, leavesOut: () => false }], {
    signal: AbortSignal.timeout(10_000),
    onChanges: changes => void told.push(changes.map(({ path }) => relative(folder, path)).sort()),
    onNotice: message => void notices.push(message),
  })
}

const resources = () => process.getActiveResourcesInfo().filter(name => /FSEvent|Timeout|FSReq/.test(name))

async function toldOf(count: number): Promise<void> {
  await poll(async () => (told.length >= count ? true : undefined), {
    every: 5,
    signal: AbortSignal.timeout(5_000),
  })
}

async function close(): Promise<object> {
  const idle = await watch()
  const before = resources().includes('FSEventWrap')
  await idle[Symbol.asyncDispose]()
  const busy = await watch()
  await writeFile(at('file.js'), 'x'.repeat(20_000_000))
  await sleep(12)
  await writeFile(at('other.js'), 'now')
  void busy.rescan()
  await busy[Symbol.asyncDispose]()
  await sleep(1)
  return { before, after: resources() }
}

async function unreadable(): Promise<object> {
  await using watched = await watch()
  await chmod(at('file.js'), 0)
  await chmod(at('deep'), 0)
  await writeFile(at('other.js'), 'after')
  await toldOf(1)
  await chmod(at('file.js'), 0o200)
  await writeFile(at('file.js'), 'after')
  await writeFile(at('other.js'), 'after that')
  await toldOf(2)
  await watched.rescan()
  const known = [...watched.files.keys()].map(path => relative(folder, path)).sort()
  await chmod(at('file.js'), 0o644)
  await chmod(at('deep'), 0o755)
  await writeFile(at('deep/c.js'), 'after')
  await poll(
    async () => (told.flat().includes('deep/c.js') && told.flat().includes('file.js') ? true : undefined),
    {
      every: 5,
      signal: AbortSignal.timeout(5_000),
    },
  )
  return { known, notices: notices.sort(), told: [told[0], told[1], told.slice(2).flat().sort()] }
}

const result = await (process.argv[2] === 'close' ? close() : unreadable())
await rm(folder, { recursive: true })
console.log(JSON.stringify(result))
