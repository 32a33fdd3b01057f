import { spawnSync } from 'node:child_process'
import { watch } from 'node:fs'
import { mkdir, unlink, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OpenWatch } from '../../src/watch/folder-watches.ts'
import { watchTrouble } from '../../src/watch/watch-trouble.ts'
import { type TempFolder, tempFolder } from './support/watch-folder.ts'

// The disk may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let folder: TempFolder

beforeEach(async () => {
  folder = await tempFolder()
  await mkdir(folder.at('src/deep'), { recursive: true })
  await writeFile(folder.at('src/deep/a.js'), 'a')
})

afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

const limitReached = () => Object.assign(new Error('System limit reached'), { code: 'ENOSPC' })

describe('where the system does not tell', () => {
  it('files are looked at again and again, and it is said once why', async () => {
    let asked = 0
    const openWatch: OpenWatch = () => {
      asked++
      throw limitReached()
    }
    const { watched, notices, told } = await folder.watch({ openWatch })
    expect(notices).toEqual([watched.trouble])
    expect(notices[0]).toContain('sudo sysctl fs.inotify.max_user_watches=')
    await writeFile(folder.at('src/deep/a.js'), 'aa')
    await mkdir(folder.at('src/new'))
    await writeFile(folder.at('src/new/b.js'), 'b')
    expect(await told(lines => lines.length >= 2)).toEqual(['~ src/deep/a.js', '+ src/new/b.js'])
    await unlink(folder.at('src/new/b.js'))
    expect(await told(lines => lines.length > 0)).toEqual(['- src/new/b.js'])
    expect(notices).toHaveLength(1)
    expect(asked).toBe(1)
  })

  it('any more, because one watch too many was asked for, all watches are closed', async () => {
    let open = 0
    const openWatch: OpenWatch = (path, onEvent, onError) => {
      if (path === folder.at('src/new')) throw limitReached()
      const watcher = watch(path, onEvent).on('error', onError)
      open++
      return {
        close() {
          open--
          watcher.close()
        },
      }
    }
    const { watched, notices, told } = await folder.watch({ openWatch })
    expect(watched.trouble).toBeUndefined()
    expect(open).toBeGreaterThan(3)
    await mkdir(folder.at('src/new'))
    await writeFile(folder.at('src/new/b.js'), 'b')
    await told(lines => lines.includes('+ src/new/b.js'))
    expect(notices).toEqual([watched.trouble])
    expect(open).toBe(0)
    await writeFile(folder.at('src/deep/a.js'), 'aa')
    expect(await told(lines => lines.length > 0)).toEqual(['~ src/deep/a.js'])
  })

  it('and says so later, it is the same', async () => {
    let failLater = (_: Error) => {}
    const openWatch: OpenWatch = (_path, _onEvent, onError) => {
      failLater = onError
      return { close() {} }
    }
    const { watched, notices, told } = await folder.watch({ openWatch })
    failLater(Object.assign(new Error('too many open files'), { code: 'EMFILE' }))
    expect(notices).toEqual([watched.trouble])
    await writeFile(folder.at('src/deep/a.js'), 'aa')
    expect(await told(lines => lines.length > 0)).toEqual(['~ src/deep/a.js'])
  })

  it('only of a folder that is gone already, or may not be read, nothing is wrong', async () => {
    const openWatch: OpenWatch = () => {
      throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    }
    const { watched, notices } = await folder.watch({ openWatch })
    expect(watched.trouble).toBeUndefined()
    expect(notices).toEqual([])
  })
})

describe('the notice', () => {
  it.each([
    ['ENOSPC', 8_192, 'fs.inotify.max_user_watches of 8192 is', 'sysctl fs.inotify.max_user_watches=524288'],
    ['ENOSPC', 524_288, 'fs.inotify.max_user_watches of 524288 is', 'fs.inotify.max_user_watches=1048576'],
    ['EMFILE', 128, 'fs.inotify.max_user_instances of 128 is', 'fs.inotify.max_user_instances=1024'],
    ['EMFILE', undefined, 'the limit fs.inotify.max_user_instances is', 'fs.inotify.max_user_instances=1024'],
  ])(
    'of %s, where the limit is %s, names the limit and the command that raises it',
    (code, value, is, command) => {
      const text = watchTrouble(Object.assign(new Error('no'), { code }), () => value)
      expect(text).toContain(is)
      expect(text).toContain(command)
    },
  )

  it('of anything else says what the system says', () => {
    expect(watchTrouble(new Error('not supported here'))).toContain('not supported here')
  })
})

describe('in a process of its own', () => {
  const run = (what: string) => {
    const nobody = 65_534
    const script = fileURLToPath(new URL('./support/watch-alone.ts', import.meta.url))
    const { stdout, stderr, status } = spawnSync(process.execPath, [script, what], {
      encoding: 'utf8',
      timeout: 20_000,
      // Root may read everything.
      ...(process.getuid?.() === 0 && { uid: nobody, gid: nobody }),
    })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    return JSON.parse(stdout)
  }

  it('it leaves nothing behind that keeps it alive, in the middle of work or not', () => {
    expect(run('close')).toEqual({ before: true, after: [] })
  })

  it('what can’t be read counts as it was, is said once, and is told when it can be read again', () => {
    const { known, notices, told } = run('unreadable')
    expect(known).toEqual(['deep/c.js', 'file.js', 'other.js'])
    expect(notices).toHaveLength(2)
    expect(notices.join('\n')).toMatch(/deep can't be read.*\n.*file\.js can't be read/)
    expect(told).toEqual([['other.js'], ['other.js'], ['deep/c.js', 'file.js']])
  })
})
