import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { download, isOffered } from '../../scripts/provision/download.ts'
import { downloadFor, type Platform } from '../../scripts/provision/downloads.ts'
import type { Tool } from '../../scripts/provision/tool-versions.ts'
import { run } from '../../src/exec/run.ts'
import { serve } from './servers.ts'

const content = Buffer.from('#!/bin/sh\necho tool\n')
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const never = new AbortController().signal

let folder: string
let target: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devk-download-'))
  target = join(folder, 'bin', 'tool')
})
afterEach(() => rmSync(folder, { recursive: true }))

const left = () => readdirSync(join(folder, 'bin'))

async function downloadFrom(
  listener: RequestListener,
  { signal = never, patienceMs = 10_000 } = {},
): Promise<void> {
  await using server = await serve(listener)
  const offer = { url: `${server.url}/tool`, sha256: sha256(content) }
  await download(offer, target, { run, signal, patienceMs })
}

describe('downloading a tool', () => {
  it('puts it into place, executable', async () => {
    await downloadFrom((_, response) => void response.end(content))
    expect(readFileSync(target)).toEqual(content)
    expect(statSync(target).mode & 0o777).toBe(0o755)
    expect(left()).toEqual(['tool'])
  })

  it('installs nothing whose checksum differs, and keeps what was there', async () => {
    mkdirSync(join(folder, 'bin'))
    writeFileSync(target, 'former')
    const wrong = downloadFrom((_, response) => void response.end('something else'))
    await expect(wrong).rejects.toMatchObject({ code: 'CHECKSUM_DIFFERS' })
    expect(readFileSync(target, 'utf8')).toBe('former')
    expect(left()).toEqual(['tool'])
  })

  it('says what the server answered where it has no such file', async () => {
    const missing = downloadFrom((_, response) => void response.writeHead(404).end('no'))
    await expect(missing).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('404'),
    })
    expect(left()).toEqual([])
  })

  it('fails and leaves nothing where the connection is cut', async () => {
    const cut = downloadFrom((_, response) => {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 5), () => response.destroy())
    })
    await expect(cut).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' })
    expect(left()).toEqual([])
  })

  it('gives up on a server that never answers', async () => {
    await expect(downloadFrom(() => {}, { patienceMs: 50 })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('silent'),
    })
  })

  it('gives up on a server that stops in the middle', async () => {
    const stopAfterFive: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-length': content.length })
      response.write(content.subarray(0, 5))
    }
    const stopping = downloadFrom(stopAfterFive, { patienceMs: 300 })
    await expect(stopping).rejects.toMatchObject({ message: expect.stringContaining('silent') })
    expect(left()).toEqual([])
  })

  it('ends when it is interrupted', async () => {
    const controller = new AbortController()
    const interrupted = downloadFrom(() => controller.abort(new Error('stop')), { signal: controller.signal })
    await expect(interrupted).rejects.toThrow('stop')
    expect(left()).toEqual([])
  })

  it("asks the publisher's checksum file where none is pinned", async () => {
    await using server = await serve((request, response) => {
      response.end(request.url === '/tool.sha256' ? `${sha256(content)}  tool\n` : content)
    })
    const offer = { url: `${server.url}/tool`, sha256: { url: `${server.url}/tool.sha256` } }
    await download(offer, target, { run, signal: never })
    expect(readFileSync(target)).toEqual(content)
  })

  it('takes the tool out of an archive', async () => {
    mkdirSync(join(folder, 'linux-amd64'))
    writeFileSync(join(folder, 'linux-amd64/helm'), content)
    const archive = join(folder, 'helm.tar.gz')
    execFileSync('tar', ['-czf', archive, '-C', folder, 'linux-amd64'])
    const packed = readFileSync(archive)
    await using server = await serve((_, response) => void response.end(packed))
    const offer = { url: server.url, sha256: sha256(packed), member: 'linux-amd64/helm' }
    await download(offer, target, { run, signal: never })
    expect(readFileSync(target)).toEqual(content)
    expect(left()).toEqual(['tool'])
  })
})

describe('asking whether a tool is offered', () => {
  const offered = async (listener: RequestListener, withinMs = 10_000) => {
    await using server = await serve(listener)
    return await isOffered({ url: server.url, sha256: '' }, withinMs, never)
  }

  it('means that the server has it', async () => {
    expect(await offered((_, response) => void response.end())).toBe(true)
    expect(await offered((_, response) => void response.writeHead(403).end())).toBe(false)
  })

  it('is bounded', async () => {
    expect(await offered(() => {}, 50)).toBe(false)
  })
})

describe('the table of downloads', () => {
  const tools: Tool[] = ['kind', 'k3d', 'kubectl', 'helm', 'sops']
  const platforms: Platform[] = ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64']

  it('has a checksum of its own for every tool and platform', () => {
    const offers = tools.flatMap(tool => platforms.map(platform => downloadFor(tool, platform)))
    const checksums = offers.map(offer =>
      typeof offer?.sha256 === 'string' ? offer.sha256 : offer?.sha256.url,
    )
    expect(new Set(checksums).size).toBe(tools.length * platforms.length)
    for (const checksum of checksums) expect(checksum).toMatch(/^([0-9a-f]{64}|https:.*\.sha256)$/)
  })

  it('offers nothing for another platform', () => {
    expect(downloadFor('kind', undefined)).toBeUndefined()
  })
})
