import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { contentOf } from '../../src/daemon/sync/content-of.ts'
import { run } from '../../src/exec/run.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devk-content-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it.each([0, 1, 64 * 1024, 64 * 1024 + 1, 1_000_000])('a file of %i bytes is its bytes', async size => {
  const bytes = Buffer.alloc(size, 'some bytes ')
  writeFileSync(join(folder, 'file'), bytes)
  chmodSync(join(folder, 'file'), 0o755)
  expect(await contentOf(join(folder, 'file'))).toEqual({ kind: 'file', mode: 0o755, bytes })
})

it('a link is where it leads, and not what is there', async () => {
  symlinkSync('no/where', join(folder, 'link'))
  expect(await contentOf(join(folder, 'link'))).toEqual({ kind: 'link', target: 'no/where' })
})

it('what is gone, a folder, a pipe, and what is below a file are not there', async () => {
  writeFileSync(join(folder, 'file'), '')
  mkdirSync(join(folder, 'folder'))
  await run({ file: 'mkfifo', args: [join(folder, 'pipe')] })
  for (const name of ['gone', 'folder', 'pipe', 'file/below'])
    expect(await contentOf(join(folder, name))).toBeUndefined()
})

it('what can’t be read is an error', async () => {
  await expect(contentOf('/proc/self/mem')).rejects.toThrow('EIO')
})
