import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type LockHolder, withLock } from '../../src/exec/lock.ts'
import { identify } from '../../src/exec/process-identity.ts'

let folder: string
let lock: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  lock = join(folder, 'shop.lock')
})
afterEach(() => rm(folder, { recursive: true }))

it('lets one in at a time and leaves nothing behind', async () => {
  let inside = 0
  let most = 0
  const work = () =>
    withLock(lock, { purpose: 'working' }, async () => {
      most = Math.max(most, ++inside)
      await new Promise(resolve => setTimeout(resolve, 5))
      inside--
    })
  await Promise.all([work(), work(), work()])
  expect(most).toBe(1)
  expect(await readdir(folder)).toEqual([])
})

it('tells once for whom it waits', async () => {
  const waited: string[] = []
  const told = Promise.withResolvers<void>()
  let second: Promise<void> | undefined
  await withLock(lock, { purpose: 'creating cluster shop' }, async () => {
    const onWait = (holder: LockHolder) => {
      waited.push(`${holder.purpose} by ${holder.pid}`)
      told.resolve()
    }
    second = withLock(lock, { purpose: 'deleting cluster shop', onWait }, async () => {})
    await told.promise
  })
  await second
  expect(waited).toEqual([`creating cluster shop by ${process.pid}`])
})

it('takes the lock of a process that was killed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const holder = await identify(child.pid ?? 0)
  await writeFile(lock, JSON.stringify({ ...holder, purpose: 'creating' }))
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await withLock(lock, { purpose: 'next' }, async () => 'done')).toBe('done')
})

it('is not fooled by a pid that another process has been given since', async () => {
  await writeFile(lock, JSON.stringify({ pid: process.pid, started: 'long ago', purpose: 'creating' }))
  expect(await withLock(lock, { purpose: 'next' }, async () => 'done')).toBe('done')
})

it('is not stuck on a lock that was half written', async () => {
  await writeFile(lock, '{"pi')
  expect(await withLock(lock, { purpose: 'next' }, async () => 'done')).toBe('done')
})

it('stops waiting when it is aborted', async () => {
  const controller = new AbortController()
  await withLock(lock, { purpose: 'creating' }, async () => {
    const onWait = () => controller.abort()
    const second = withLock(lock, { purpose: 'next', signal: controller.signal, onWait }, async () => {})
    await expect(second).rejects.toThrow()
  })
})
