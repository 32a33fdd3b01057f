import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileChange } from '../../../src/model/sync.ts'
import { shells, startContainer } from './shells.ts'

const signal = AbortSignal.timeout(60_000)

function file(path: string, text: string | Buffer, mode = 0o644): FileChange {
  return { to: '/app', path, now: { kind: 'file', mode, bytes: Buffer.from(text) } }
}

function link(path: string, target: string): FileChange {
  return { to: '/app', path, now: { kind: 'link', target } }
}

function gone(path: string): FileChange {
  return { to: '/app', path, now: undefined }
}

function hash(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex')
}

describe.each(shells)('in $name', shell => {
  it('writes new files with their folders, which then are what a survey tells', async () => {
    await using container = await startContainer(shell)
    await container.agent.apply(
      [file('src/lib/a.js', 'one'), file('run', 'two', 0o750), link('now', 'src/../run')],
      signal,
    )
    expect(readFileSync(join(container.root, 'app/src/lib/a.js'), 'utf8')).toBe('one')
    const places = ['src/lib/a.js', 'run', 'now', 'src', 'none', 'now/x', 'src/none/x'].map(path => ({
      to: '/app',
      path,
    }))
    expect(Object.fromEntries(await container.agent.survey(places, signal))).toEqual({
      '/app\0src/lib/a.js': `file 644 ${hash('one')}`,
      '/app\0run': `file 750 ${hash('two')}`,
      '/app\0now': 'link src/../run',
      '/app\0src': 'folder',
    })
  })

  it('writes into a file that is there, with its time set to now', async () => {
    await using container = await startContainer(shell)
    const path = join(container.root, 'app/a.js')
    await container.agent.apply([file('a.js', 'before, and longer')], signal)
    const { ino } = statSync(path)
    utimesSync(path, 1_000, 1_000)
    const earliest = Date.now() - 2_000
    await container.agent.apply([file('a.js', 'after', 0o600)], signal)
    expect(readFileSync(path, 'utf8')).toBe('after')
    const after = statSync(path)
    expect(after.ino).toBe(ino)
    expect(after.mode & 0o7777).toBe(0o600)
    expect(after.mtimeMs).toBeGreaterThan(earliest)
    expect(after.mtimeMs % 1_000).not.toBe(0)
  })

  it.runIf(process.getuid?.() === 0)("gives all that it makes to the process's user", async () => {
    await using container = await startContainer(shell, { uid: 1_000_620_000 })
    await container.agent.apply([file('src/a.js', ''), link('src/b', 'a.js')], signal)
    for (const path of ['app', 'app/src', 'app/src/a.js', 'app/src/b'])
      expect(lstatSync(join(container.root, path)).uid, path).toBe(1_000_620_000)
    expect(statSync(join(container.root, 'app/src')).mode & 0o7777).toBe(0o755)
  })

  it('takes folders along that a deletion has emptied, and no others', async () => {
    await using container = await startContainer(shell)
    await container.agent.apply([file('a/b/c/x', ''), file('a/y', ''), file('d/z', '')], signal)
    writeFileSync(join(container.root, 'app/d/own'), '')
    await container.agent.apply([gone('a/b/c/x'), gone('d/z'), gone('never/there')], signal)
    expect(readdirSync(join(container.root, 'app'), { recursive: true }).sort()).toEqual([
      'a',
      'a/y',
      'd',
      'd/own',
    ])
    await container.agent.apply([gone('a/y')], signal)
    expect(readdirSync(join(container.root, 'app'))).toEqual(['d'])
  })

  it('keeps the folder of a rule though nothing is left in it', async () => {
    await using container = await startContainer(shell)
    await container.agent.apply([file('a', '')], signal)
    await container.agent.apply([gone('a')], signal)
    expect(readdirSync(join(container.root, 'app'))).toEqual([])
  })

  it('replaces links by files and by folders, and never goes through one', async () => {
    await using container = await startContainer(shell)
    const canary = join(container.node, 'canary')
    mkdirSync(join(container.root, 'app/kept'), { recursive: true })
    mkdirSync(canary)
    writeFileSync(join(canary, 'a.js'), 'safe')
    symlinkSync(join(canary, 'a.js'), join(container.root, 'app/file'))
    symlinkSync(canary, join(container.root, 'app/folder'))
    symlinkSync(canary, join(container.root, 'app/kept/deeper'))
    symlinkSync('../../../canary', join(container.root, 'app/up'))
    symlinkSync(canary, join(container.root, 'app/again'))
    symlinkSync('round', join(container.root, 'app/round'))
    await container.agent.apply(
      [
        file('file', 'new'),
        file('folder/a.js', 'new'),
        file('kept/deeper/still/a.js', 'new'),
        link('again', 'file'),
        file('round', 'new'),
        gone('up/a.js'),
      ],
      signal,
    )
    expect(readdirSync(canary)).toEqual(['a.js'])
    expect(readFileSync(join(canary, 'a.js'), 'utf8')).toBe('safe')
    expect(lstatSync(join(container.root, 'app/folder')).isDirectory()).toBe(true)
    expect(readFileSync(join(container.root, 'app/kept/deeper/still/a.js'), 'utf8')).toBe('new')
    expect(lstatSync(join(container.root, 'app/file')).isFile()).toBe(true)
    expect(readlinkSync(join(container.root, 'app/again'))).toBe('file')
    expect(lstatSync(join(container.root, 'app/round')).isFile()).toBe(true)
    expect(readlinkSync(join(container.root, 'app/up'))).toBe('../../../canary')
  })

  it('follows the links on the way to the folder of a rule within the container', async () => {
    await using container = await startContainer(shell)
    const { root, node } = container
    mkdirSync(join(root, 'srv/releases/7'), { recursive: true })
    mkdirSync(join(node, 'srv'))
    // Out of the root lies the root; where these lead in the node is of no matter.
    symlinkSync('/srv/current', join(root, 'app'))
    symlinkSync('../../../../srv/releases/7', join(root, 'srv/current'))
    await container.agent.apply([file('a.js', 'seven')], signal)
    expect(readFileSync(join(root, 'srv/releases/7/a.js'), 'utf8')).toBe('seven')
    symlinkSync('/srv/./not/yet', join(root, 'dangling'))
    await container.agent.apply([{ ...file('b/a.js', 'made'), to: '/dangling//deep/../x/' }], signal)
    expect(readFileSync(join(root, 'srv/not/yet/x/b/a.js'), 'utf8')).toBe('made')
    expect(readdirSync(join(node, 'srv'))).toEqual([])
  })

  it('says what is in the way, and goes on with the next call', async () => {
    await using container = await startContainer(shell, {
      prepare: root => {
        mkdirSync(join(root, 'app/full'), { recursive: true })
        writeFileSync(join(root, 'app/full/own'), '')
        writeFileSync(join(root, 'plain'), '')
        symlinkSync('loop', join(root, 'loop'))
      },
    })
    const { agent } = container
    await expect(agent.apply([file('full', '')], signal)).rejects.toMatchObject({
      code: 'SYNC_REFUSED',
      message: expect.stringContaining('/app/full of the container'),
    })
    await expect(agent.apply([{ ...file('a', ''), to: '/plain' }], signal)).rejects.toMatchObject({
      code: 'SYNC_REFUSED',
      message: expect.stringContaining('/plain of the container'),
    })
    await expect(agent.apply([{ ...file('a', ''), to: '/loop/x' }], signal)).rejects.toMatchObject({
      code: 'SYNC_REFUSED',
      message: expect.stringContaining('/loop of the container'),
    })
    await expect(agent.apply([file('a\nb', '')], signal)).rejects.toMatchObject({ code: 'SYNC_REFUSED' })
    await expect(agent.apply([file('a/../../b', '')], signal)).rejects.toMatchObject({ code: 'SYNC_REFUSED' })
    await expect(agent.apply([file('n'.repeat(300), '')], signal)).rejects.toMatchObject({
      code: 'SYNC_REFUSED',
      message: expect.stringContaining('its name is too long'),
    })
    expect(
      await agent.survey(
        [
          { to: '/loop', path: 'a' },
          { to: '/plain', path: 'a' },
        ],
        signal,
      ),
    ).toEqual(new Map())
    await agent.apply([file('full/a', 'yes')], signal)
    expect(readFileSync(join(container.root, 'app/full/a'), 'utf8')).toBe('yes')
  })

  it('lets a folder give way to a file, and a file to a folder', async () => {
    await using container = await startContainer(shell)
    const { agent, root } = container
    await agent.apply([file('a/b/c', '1'), file('d', '2')], signal)
    await agent.apply([gone('a/b/c'), file('a', '3'), gone('d'), file('d/e', '4')], signal)
    expect(readFileSync(join(root, 'app/a'), 'utf8')).toBe('3')
    expect(readFileSync(join(root, 'app/d/e'), 'utf8')).toBe('4')
    await agent.apply([file('d/e/f', '5')], signal)
    expect(readFileSync(join(root, 'app/d/e/f'), 'utf8')).toBe('5')
  })

  it('replaces a program that runs', async () => {
    await using container = await startContainer(shell)
    const { agent, root } = container
    const sleep = readFileSync('/bin/sleep')
    await agent.apply([file('program', sleep, 0o755)], signal)
    const running = spawn(join(root, 'app/program'), ['100'], { stdio: 'ignore' })
    try {
      await new Promise(resolve => running.once('spawn', resolve))
      await agent.apply([file('program', '#!/bin/sh\n', 0o755)], signal)
      expect(readFileSync(join(root, 'app/program'), 'utf8')).toBe('#!/bin/sh\n')
    } finally {
      running.kill('SIGKILL')
    }
  })

  it('does not wait at a pipe that stands where a file shall be', async () => {
    await using container = await startContainer(shell)
    mkdirSync(join(container.root, 'app'))
    execFileSync('mkfifo', [join(container.root, 'app/pipe')])
    await container.agent.apply([file('pipe', 'file')], signal)
    expect(readFileSync(join(container.root, 'app/pipe'), 'utf8')).toBe('file')
  })

  it('takes thousands of files at once', { timeout: 60_000 }, async () => {
    await using container = await startContainer(shell)
    const many = Array.from({ length: 2_500 }, (_, n) =>
      file(`folder ${n % 50}/deeper/file number ${n}${'.'.repeat(60)}`, `text ${n}`),
    )
    await container.agent.apply(many, signal)
    const states = await container.agent.survey(many, signal)
    expect(states.size).toBe(2_500)
    expect(states.get(`/app\0folder 7/deeper/file number 57${'.'.repeat(60)}`)).toBe(
      `file 644 ${hash('text 57')}`,
    )
    await container.agent.apply(
      many.map(({ path }) => gone(path)),
      signal,
    )
    expect(readdirSync(join(container.root, 'app'))).toEqual([])
  })

  it('takes a file of any length, of any mode', async () => {
    await using container = await startContainer(shell)
    const bytes = Buffer.alloc((17 << 20) + 3, 'some text of a length that is no power of two')
    await container.agent.apply([file('long', bytes, 0o444), file('short', 'x')], signal)
    expect(await container.agent.survey([{ to: '/app', path: 'long' }], signal)).toEqual(
      new Map([['/app\0long', `file 444 ${hash(bytes)}`]]),
    )
    await container.agent.apply([file('long', 'short now', 0o400)], signal)
    expect(readFileSync(join(container.root, 'app/long'), 'utf8')).toBe('short now')
  })

  it('says when the container has gone', async () => {
    await using container = await startContainer(shell)
    const ended = new Promise(resolve => container.process.once('exit', resolve))
    await container.agent.signal('SIGTERM', signal)
    await ended
    await expect(container.agent.apply([file('a', '')], signal)).rejects.toMatchObject({
      code: 'CONTAINER_GONE',
    })
    await expect(container.agent.survey([], signal)).resolves.toEqual(new Map())
    await expect(container.agent.signal('SIGTERM', signal)).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
  })

  it('says when the connection broke', async () => {
    await using container = await startContainer(shell)
    container.sh.kill('SIGKILL')
    await expect(container.agent.apply([file('a', '')], signal)).rejects.toMatchObject({
      code: 'AGENT_ENDED',
    })
  })

  it('leaves nothing of its own behind', async () => {
    const ours = () =>
      ['/dev/shm', '/tmp']
        .flatMap(folder => (existsSync(folder) ? readdirSync(folder) : []))
        .filter(name => name.startsWith('devk-agent-') && name.endsWith(`-${pid}`))
    let pid: number | undefined
    {
      await using container = await startContainer(shell)
      pid = container.sh.pid
      await container.agent.apply([file('a', '')], signal)
      expect(ours()).toHaveLength(1)
    }
    expect(ours()).toEqual([])
  })

  it('gives up a call that is aborted, and serves the next', async () => {
    await using container = await startContainer(shell)
    const { agent } = container
    const abort = new AbortController()
    const given = agent.apply([file('a', 'first')], abort.signal)
    const never = agent.apply([file('b', 'second')], abort.signal)
    abort.abort()
    await expect(given).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await expect(never).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await agent.apply([file('c', 'third')], signal)
    expect(existsSync(join(container.root, 'app/b'))).toBe(false)
    expect(readFileSync(join(container.root, 'app/c'), 'utf8')).toBe('third')
  })

  it('reads names as they are, whatever is in them', async () => {
    await using container = await startContainer(shell)
    const names = [
      "it's",
      '"q"',
      'a\\b',
      '$HOME',
      '`x`',
      '-rf',
      ' lead',
      'trail ',
      '*',
      'é–Á',
      '\u0001\u007f\u0081',
      '\t',
      '!',
      '...',
      '#',
      '= done',
      '~',
      '%s',
    ]
    const changes = names.flatMap(name => [
      file(`f/${name}`, name),
      file(`d/${name}/x`, name),
      link(`l/${name}`, name),
    ])
    await container.agent.apply(changes, signal)
    const states = await container.agent.survey(changes, signal)
    for (const name of names) {
      expect(states.get(`/app\0f/${name}`), name).toBe(`file 644 ${hash(name)}`)
      expect(states.get(`/app\0d/${name}/x`), name).toBe(`file 644 ${hash(name)}`)
      expect(states.get(`/app\0l/${name}`), name).toBe(`link ${name}`)
    }
    expect(readdirSync(join(container.root, 'app/f')).sort()).toEqual(names.toSorted())
    await container.agent.apply(
      changes.map(({ path }) => gone(path)),
      signal,
    )
    expect(readdirSync(join(container.root, 'app'))).toEqual([])
  })

  it('takes names longer than an archive has room for', async () => {
    await using container = await startContainer(shell)
    const path = `${`${'d'.repeat(120)}/`.repeat(4)}${'n'.repeat(200)}`
    await container.agent.apply([file(path, 'far'), link('link', 't'.repeat(300))], signal)
    expect(readFileSync(join(container.root, 'app', path), 'utf8')).toBe('far')
    expect(readlinkSync(join(container.root, 'app/link'))).toBe('t'.repeat(300))
  })

  it('writes to a file that is not to be written', async () => {
    await using container = await startContainer(shell)
    await container.agent.apply([file('a', '1')], signal)
    chmodSync(join(container.root, 'app/a'), 0o400)
    await container.agent.apply([file('a', '2', 0o444)], signal)
    expect(readFileSync(join(container.root, 'app/a'), 'utf8')).toBe('2')
  })
})
