import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OpenWatch } from '../../src/watch/folder-watches.ts'
import { type TempFolder, tempFolder, type Watching } from './support/watch-folder.ts'

// The disk may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let folder: TempFolder
const at = (...names: string[]) => folder.at(...names)
const stateOf = (text: string, mode = 644) => `file ${mode} ${hash('sha256', text)}`

function write(path: string, text: string): void {
  writeFileSync(at(path), text)
  chmodSync(at(path), 0o644)
}

/** What is told up to a change that is made last. */
async function toldBefore({ told }: Watching): Promise<string[]> {
  write('the-end', String(Math.random()))
  const lines = await told(lines => lines.some(line => line.endsWith(' the-end')))
  return lines.filter(line => !line.endsWith(' the-end'))
}

beforeEach(async () => {
  folder = await tempFolder()
  mkdirSync(at('src/deep'), { recursive: true })
  write('src/a.js', 'a')
  write('src/b.js', 'b')
  write('src/deep/c.js', 'c')
})

afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

describe('in the beginning', () => {
  it('knows each file by what it holds and what may be done with it, and each link by where it leads', async () => {
    chmodSync(at('src/b.js'), 0o755)
    symlinkSync('a.js', at('src/link'))
    const { watched, bursts } = await folder.watch()
    expect(Object.fromEntries(watched.files)).toEqual({
      [at('src/a.js')]: stateOf('a'),
      [at('src/b.js')]: stateOf('b', 755),
      [at('src/deep/c.js')]: stateOf('c'),
      [at('src/link')]: 'link a.js',
    })
    expect(bursts).toEqual([])
    expect(watched.trouble).toBeUndefined()
  })

  it('rejects when its signal aborts, with that reason', async () => {
    const reason = new Error('enough')
    await expect(folder.watch({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('does not read what the cache knows, and lets it know what was read', async () => {
    const remembered: string[] = []
    const { watched } = await folder.watch({
      cache: {
        digest: path => (path === at('src/a.js') ? 'known' : undefined),
        remember: (path, stats, digest, looked) => {
          expect(looked).toBeGreaterThanOrEqual(Number(stats.mtimeNs / 1_000_000n))
          remembered.push(`${path} ${digest}`)
        },
      },
    })
    expect(watched.files.get(at('src/a.js'))).toBe('file 644 known')
    expect(remembered.sort()).toEqual([
      `${at('src/b.js')} ${hash('sha256', 'b')}`,
      `${at('src/deep/c.js')} ${hash('sha256', 'c')}`,
    ])
  })
})

describe('a file', () => {
  it('that is written is told once, with what it was and is', async () => {
    const { told, bursts, watched } = await folder.watch()
    write('src/a.js', 'new')
    await told(lines => lines.length > 0)
    const change = { path: at('src/a.js'), was: stateOf('a'), is: stateOf('new') }
    expect(bursts).toEqual([[change]])
    expect(watched.files.get(at('src/a.js'))).toBe(stateOf('new'))
  })

  it('that is touched, or written as it was, tells nothing', async () => {
    const watching = await folder.watch()
    utimesSync(at('src/a.js'), new Date(), new Date())
    write('src/b.js', 'b')
    expect(await toldBefore(watching)).toEqual([])
  })

  it('that is written again and again is told as it is in the end, each state after the one before', async () => {
    const { bursts, told } = await folder.watch()
    for (let round = 0; round < 200; round++) {
      write('src/a.js', `round ${round}`)
      if (round % 10 === 0) await new Promise(resolve => setTimeout(resolve, 3))
    }
    await told(() => bursts.at(-1)?.[0]?.is === stateOf('round 199'))
    const states = bursts.flat()
    for (const [index, { was }] of states.entries()) expect(was).toBe(states[index - 1]?.is ?? stateOf('a'))
  })

  it('whose mode changes is told, its write bit for others apart', async () => {
    const watching = await folder.watch()
    chmodSync(at('src/a.js'), 0o755)
    chmodSync(at('src/b.js'), 0o666)
    expect(await toldBefore(watching)).toEqual(['~ src/a.js'])
    expect(watching.watched.files.get(at('src/a.js'))).toBe(stateOf('a', 755))
  })

  it('that is saved beside and renamed over it is told as changed', async () => {
    const watching = await folder.watch()
    write('src/a.js.tmp', 'new')
    renameSync(at('src/a.js.tmp'), at('src/a.js'))
    expect(await toldBefore(watching)).toEqual(['~ src/a.js'])
  })

  it('that is renamed away and written anew is told as changed, and without a change not at all', async () => {
    const watching = await folder.watch()
    for (const [file, text] of [['src/a.js', 'new'] as const, ['src/b.js', 'b'] as const]) {
      renameSync(at(file), at(`${file}~`))
      write(file, text)
      unlinkSync(at(`${file}~`))
    }
    expect(await toldBefore(watching)).toEqual(['~ src/a.js'])
  })

  it('that is removed, made or renamed is told so, were it by case only', async () => {
    const watching = await folder.watch()
    unlinkSync(at('src/b.js'))
    write('src/new.js', 'new')
    renameSync(at('src/a.js'), at('src/A.js'))
    expect(await toldBefore(watching)).toEqual(['+ src/A.js', '- src/a.js', '- src/b.js', '+ src/new.js'])
  })

  it('that is larger than what is read at once is known by all of it', async () => {
    const text = 'x'.repeat(5 * 1024 * 1024)
    const { watched, told } = await folder.watch()
    for (const now of [text, `${text.slice(1)}y`, text.slice(0, 300 * 1024)]) {
      const state = stateOf(now)
      write('src/large', now)
      await told(() => watched.files.get(at('src/large')) === state)
    }
  })
})

describe('a link', () => {
  it('is told when it is made, leads elsewhere and is removed, and is not followed', async () => {
    const watching = await folder.watch()
    symlinkSync('deep', at('src/link'))
    expect(await toldBefore(watching)).toEqual(['+ src/link'])
    symlinkSync('a.js', at('src/other'))
    renameSync(at('src/other'), at('src/link'))
    expect(await toldBefore(watching)).toEqual(['~ src/link'])
    expect(watching.watched.files.get(at('src/link'))).toBe(`link ${readlinkSync(at('src/link'))}`)
    unlinkSync(at('src/link'))
    expect(await toldBefore(watching)).toEqual(['- src/link'])
  })

  it('that takes a file’s place is told as that', async () => {
    const watching = await folder.watch()
    unlinkSync(at('src/a.js'))
    symlinkSync('b.js', at('src/a.js'))
    expect(await toldBefore(watching)).toEqual(['~ src/a.js'])
  })
})

describe('a folder', () => {
  it('that is made with files in it is told by each of them, and watched', async () => {
    const watching = await folder.watch()
    mkdirSync(at('src/new/er/est'), { recursive: true })
    write('src/new/er/est/x.js', 'x')
    write('src/new/y.js', 'y')
    expect(await toldBefore(watching)).toEqual(['+ src/new/er/est/x.js', '+ src/new/y.js'])
    write('src/new/er/est/x.js', 'xx')
    expect(await toldBefore(watching)).toEqual(['~ src/new/er/est/x.js'])
  })

  it('that came later goes with the one that it came into', async () => {
    const watching = await folder.watch()
    mkdirSync(at('src/new/er'), { recursive: true })
    write('src/new/er/x.js', 'x')
    expect(await toldBefore(watching)).toEqual(['+ src/new/er/x.js'])
    renameSync(at('src'), at('lib'))
    const files = ['a.js', 'b.js', 'deep/c.js', 'new/er/x.js']
    const moved = [...files.map(file => `+ lib/${file}`), ...files.map(file => `- src/${file}`)]
    expect(await toldBefore(watching)).toEqual(moved)
  })

  it('that is moved in, renamed and moved out takes its files along', async () => {
    await using outside = await tempFolder()
    mkdirSync(outside.at('moved/deep'), { recursive: true })
    writeFileSync(outside.at('moved/deep/x.js'), 'x')
    const watching = await folder.watch()
    renameSync(outside.at('moved'), at('src/in'))
    expect(await toldBefore(watching)).toEqual(['+ src/in/deep/x.js'])
    renameSync(at('src/in'), at('src/on'))
    expect(await toldBefore(watching)).toEqual(['- src/in/deep/x.js', '+ src/on/deep/x.js'])
    write('src/on/deep/x.js', 'xx')
    expect(await toldBefore(watching)).toEqual(['~ src/on/deep/x.js'])
    renameSync(at('src/on'), outside.at('out'))
    expect(await toldBefore(watching)).toEqual(['- src/on/deep/x.js'])
    writeFileSync(outside.at('out/deep/x.js'), 'unseen')
    expect(await toldBefore(watching)).toEqual([])
  })

  it('that takes another one’s place, as a whole, is the one that is watched', async () => {
    mkdirSync(at('other/deep'), { recursive: true })
    write('other/deep/c.js', 'c2')
    const watching = await folder.watch({ roots: [at('src'), at('the-end')] })
    renameSync(at('src'), at('old'))
    renameSync(at('other'), at('src'))
    expect(await toldBefore(watching)).toEqual(['- src/a.js', '- src/b.js', '~ src/deep/c.js'])
    write('old/deep/c.js', 'unseen')
    write('src/deep/c.js', 'seen')
    expect(await toldBefore(watching)).toEqual(['~ src/deep/c.js'])
  })

  it('that is deleted and made again is watched again, any number of times', async () => {
    const watching = await folder.watch()
    for (const round of [1, 2, 3]) {
      rmSync(at('src'), { recursive: true })
      mkdirSync(at('src/deep'), { recursive: true })
      write('src/a.js', `a${round}`)
      write('src/deep/c.js', 'c')
      expect(await toldBefore(watching)).toEqual(round === 1 ? ['~ src/a.js', '- src/b.js'] : ['~ src/a.js'])
      write('src/deep/c.js', `c${round}`)
      expect(await toldBefore(watching)).toEqual(['~ src/deep/c.js'])
      write('src/deep/c.js', 'c')
      expect(await toldBefore(watching)).toEqual(['~ src/deep/c.js'])
    }
  })

  it('that takes a file’s place, and a file that takes its place, are told as what they are', async () => {
    const watching = await folder.watch()
    unlinkSync(at('src/a.js'))
    mkdirSync(at('src/a.js'))
    write('src/a.js/x', 'x')
    rmSync(at('src/deep'), { recursive: true })
    write('src/deep', 'a file')
    expect(await toldBefore(watching)).toEqual([
      '- src/a.js',
      '+ src/a.js/x',
      '+ src/deep',
      '- src/deep/c.js',
    ])
    rmSync(at('src/a.js'), { recursive: true })
    write('src/a.js', 'a')
    expect(await toldBefore(watching)).toEqual(['+ src/a.js', '- src/a.js/x'])
  })
})

describe('many files', () => {
  it('that are written, made and removed at once are told once each', async () => {
    const names = Array.from({ length: 700 }, (_, index) => `many/${index % 20}/${index}.js`)
    for (let index = 0; index < 20; index++) mkdirSync(at(`many/${index}`), { recursive: true })
    for (const name of names.slice(0, 400)) write(name, name)
    const { told, bursts } = await folder.watch()
    for (const name of names.slice(0, 200)) write(name, 'other')
    for (const name of names.slice(200, 400)) unlinkSync(at(name))
    for (const name of names.slice(400)) write(name, name)
    const lines = await told(lines => lines.length >= 700)
    const count = (sign: string) => lines.filter(line => line.startsWith(sign)).length
    expect([count('~'), count('-'), count('+')]).toEqual([200, 200, 300])
    expect(new Set(bursts.flat().map(({ path }) => path)).size).toBe(700)
  })

  it('that the system has lost, since it had too much to tell, are told all the same', async () => {
    const { told } = await folder.watch()
    // It keeps 16,384 at most, and two that are the same in a row are one.
    for (let index = 0; index < 20_000; index++) chmodSync(at(index % 2 ? 'src/a.js' : 'src/b.js'), 0o644)
    write('src/deep/c.js', 'lost')
    mkdirSync(at('src/new'))
    write('src/new/d.js', 'lost')
    expect(await told(lines => lines.length > 1)).toEqual(['~ src/deep/c.js', '+ src/new/d.js'])
    write('src/new/d.js', 'seen')
    expect(await told(lines => lines.length > 0)).toEqual(['~ src/new/d.js'])
  })
})

describe('what is left out', () => {
  it('is not known, not told, and of a folder not even listed', async () => {
    const asked: string[] = []
    const root = {
      path: folder.path,
      leavesOut(path: string, isFolder: boolean) {
        asked.push(path)
        return isFolder ? path === 'src/deep' : path.endsWith('.log')
      },
    }
    const watching = await folder.watch({ roots: [root] })
    expect([...watching.watched.files.keys()]).toEqual([at('src/a.js'), at('src/b.js')])
    write('src/deep/c.js', 'cc')
    write('src/x.log', 'x')
    expect(await toldBefore(watching)).toEqual([])
    expect(asked.filter(path => path.startsWith('src/deep/'))).toEqual([])
  })

  it('is asked anew by a rescan', async () => {
    let out = 'src/deep'
    const root = { path: folder.path, leavesOut: (path: string) => path === out }
    const { watched, told } = await folder.watch({ roots: [root] })
    out = 'src/b.js'
    await watched.rescan()
    expect(await told(() => true)).toEqual(['- src/b.js', '+ src/deep/c.js'])
  })

  it('of one root is there all the same where another root reaches it', async () => {
    const roots = [
      { path: folder.path, leavesOut: (path: string) => path === 'src/deep' },
      { path: at('src'), leavesOut: (path: string) => path !== 'deep' && path !== 'deep/c.js' },
      at('src/deep'),
    ]
    const watching = await folder.watch({ roots })
    expect(watching.watched.files.size).toBe(3)
    write('src/deep/c.js', 'cc')
    write('src/deep/d.js', 'd')
    expect(await toldBefore(watching)).toEqual(['~ src/deep/c.js', '+ src/deep/d.js'])
  })

  it('are pipes, which are no files, also where one takes a file’s place', async () => {
    const watching = await folder.watch()
    unlinkSync(at('src/a.js'))
    execFileSync('sh', ['-c', 'mkfifo "$@"', 'sh', at('src/a.js'), at('src/pipe')])
    expect(await toldBefore(watching)).toEqual(['- src/a.js'])
  })

  it('are names that are not UTF-8', async () => {
    writeFileSync(Buffer.concat([Buffer.from(at('src/')), Buffer.from([0x66, 0xff])]), 'x')
    const watching = await folder.watch()
    writeFileSync(Buffer.concat([Buffer.from(at('src/')), Buffer.from([0x67, 0xff])]), 'x')
    expect(await toldBefore(watching)).toEqual([])
    expect(watching.watched.files.size).toBe(4)
    expect(watching.notices).toEqual([])
  })
})

describe('a root', () => {
  it('that is not there yet is told once it comes, with the folders above it', async () => {
    const watching = await folder.watch({ roots: [at('later/on/src'), at('the-end')] })
    expect(watching.watched.files.size).toBe(0)
    mkdirSync(at('later/on'), { recursive: true })
    expect(await toldBefore(watching)).toEqual([])
    mkdirSync(at('later/on/src/deep'), { recursive: true })
    write('later/on/src/deep/x.js', 'x')
    write('later/on/beside.js', 'x')
    expect(await toldBefore(watching)).toEqual(['+ later/on/src/deep/x.js'])
    rmSync(at('later'), { recursive: true })
    expect(await toldBefore(watching)).toEqual(['- later/on/src/deep/x.js'])
    mkdirSync(at('later/on/src'), { recursive: true })
    write('later/on/src/y.js', 'y')
    expect(await toldBefore(watching)).toEqual(['+ later/on/src/y.js'])
    write('later/on/src/y.js', 'yy')
    expect(await toldBefore(watching)).toEqual(['~ later/on/src/y.js'])
  })

  it('that is a file is told of, and nothing beside it', async () => {
    const watching = await folder.watch({ roots: [at('src/a.js'), at('the-end')] })
    write('src/a.js', 'aa')
    write('src/b.js', 'bb')
    expect(await toldBefore(watching)).toEqual(['~ src/a.js'])
    write('src/tmp', 'aaa')
    renameSync(at('src/tmp'), at('src/a.js'))
    expect(await toldBefore(watching)).toEqual(['~ src/a.js'])
    unlinkSync(at('src/a.js'))
    expect(await toldBefore(watching)).toEqual(['- src/a.js'])
    write('src/a.js', 'a')
    expect(await toldBefore(watching)).toEqual(['+ src/a.js'])
  })

  it('that is a link is what it leads to', async () => {
    mkdirSync(at('real'))
    write('real/x.js', 'x')
    write('real/config', 'c')
    symlinkSync('real', at('linked'))
    symlinkSync('real/config', at('config'))
    const watching = await folder.watch({ roots: [at('linked'), at('config'), at('the-end')] })
    expect(watching.watched.files.get(at('config'))).toBe(stateOf('c'))
    write('real/x.js', 'xx')
    write('real/config', 'cc')
    expect(await toldBefore(watching)).toEqual(['~ config', '~ linked/config', '~ linked/x.js'])
    mkdirSync(at('else'))
    write('else/x.js', 'x')
    unlinkSync(at('linked'))
    symlinkSync('else', at('linked'))
    expect(await toldBefore(watching)).toEqual(['- linked/config', '~ linked/x.js'])
    write('else/x.js', 'y')
    expect(await toldBefore(watching)).toEqual(['~ linked/x.js'])
  })
})

describe('a rescan', () => {
  it('tells nothing where nothing changed', async () => {
    const { watched, bursts } = await folder.watch()
    await watched.rescan()
    await watched.rescan()
    expect(bursts).toEqual([])
  })

  it('tells, by its end, all that nobody told of, were it of the same size and time', async () => {
    const openWatch = () => ({ close() {} })
    const { watched, told } = await folder.watch({ openWatch })
    const { atime, mtime } = statSync(at('src/a.js'))
    write('src/a.js', 'A')
    utimesSync(at('src/a.js'), atime, mtime)
    rmSync(at('src/deep'), { recursive: true })
    mkdirSync(at('src/new'))
    write('src/new/x.js', 'x')
    await watched.rescan()
    expect(await told(() => true)).toEqual(['~ src/a.js', '- src/deep/c.js', '+ src/new/x.js'])
  })

  it('watches again what was put in the place of a folder unseen', async () => {
    let deaf = true
    const openWatch: OpenWatch = (path, onEvent, onError) =>
      watch(path, (event, name) => deaf || onEvent(event, name)).on('error', onError)
    const { watched, told } = await folder.watch({ openWatch })
    rmSync(at('src'), { recursive: true })
    mkdirSync(at('src'))
    write('src/a.js', 'a')
    // What is heard now was done before.
    await new Promise(resolve => setTimeout(resolve, 50))
    deaf = false
    await watched.rescan()
    await told(lines => lines.length === 2)
    write('src/a.js', 'aa')
    expect(await told(lines => lines.length > 0)).toEqual(['~ src/a.js'])
  })

  it('lets nobody see what it has found before it is told', async () => {
    const { watched, bursts } = await folder.watch({ openWatch: () => ({ close() {} }) })
    for (let index = 0; index < 600; index++) write(`src/deep/${index}`, String(index))
    const sizes = new Set<number>()
    const timer = setInterval(() => bursts.length === 0 && sizes.add(watched.files.size), 1)
    await watched.rescan()
    clearInterval(timer)
    expect([...sizes, watched.files.size]).toEqual([3, 603])
  })

  it('lets the loop go on meanwhile', async () => {
    for (let index = 0; index < 600; index++) write(`src/deep/${index}`, String(index))
    const { watched } = await folder.watch()
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await watched.rescan()
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
  })
})
