import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { CommandContext } from '../../src/cli/command.ts'
import { open } from '../../src/cli/commands/open.ts'

const forward = { address: '127.0.0.1', local: 3000, port: 8080, auto: false }
const web = { name: 'web', urls: ['http://localhost:8080'], forwards: [] }
const api = { name: 'api', urls: [], forwards: [{ forward, port: 3001 }] }
const db = { name: 'db', urls: [], forwards: [] }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  vi.stubEnv('PATH', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** `devk open` for a project of these services. */
async function opened(services: object[], name?: string, ...flags: string[]) {
  const context = { askProject: async () => ({ services }), signal: new AbortController().signal }
  const parsed = { args: name === undefined ? [] : [name], values: {}, flags: new Set(flags) }
  return await open.run(parsed, context as unknown as CommandContext)
}

/** A browser that writes down what it is shown. */
async function browser(): Promise<() => Promise<string>> {
  const shown = join(folder, 'shown')
  for (const name of ['xdg-open', 'open']) {
    await writeFile(join(folder, name), `#!/bin/sh\necho "$1" > ${shown}\n`)
    await chmod(join(folder, name), 0o755)
  }
  return async () => (await readFile(shown, 'utf8')).trim()
}

it('shows a service in the browser, by its URL or by the local port that it really has', async () => {
  const shown = await browser()
  expect((await opened([web, api, db], 'web')).json).toEqual({
    service: 'web',
    url: 'http://localhost:8080',
    opened: true,
  })
  expect(await shown()).toBe('http://localhost:8080')
  expect((await opened([web, api, db], 'api')).text).toBe('Opened http://localhost:3001')
  expect(await shown()).toBe('http://localhost:3001')
})

it('prints the address where there is no browser, or where only that is asked', async () => {
  expect(await opened([web, db])).toMatchObject({ text: 'http://localhost:8080', json: { opened: false } })
  const shown = await browser()
  expect((await opened([web], 'web', 'print')).text).toBe('http://localhost:8080')
  await expect(shown()).rejects.toThrow('ENOENT')
})

it('asks which one is meant, and says what a service lacks that can’t be opened', async () => {
  await expect(opened([web, api])).rejects.toMatchObject({
    code: 'USAGE',
    hint: expect.stringContaining('devk open api  (localhost:3001)'),
  })
  await expect(opened([web, db], 'wen')).rejects.toMatchObject({ code: 'USAGE', hint: 'It has web, db.' })
  await expect(opened([web, db], 'db')).rejects.toMatchObject({
    code: 'NOT_REACHABLE',
    message: 'db has no port of this machine that leads to it now.',
  })
})
