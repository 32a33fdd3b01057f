import { createHash } from 'node:crypto'
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DevkError } from '../../src/base/errors.ts'
import type { Run } from '../../src/exec/run.ts'
import type { Download } from './downloads.ts'

export interface DownloadOptions {
  signal: AbortSignal
  run: Run
  say?(detail: string): void
  /** How long a server may keep silent, before its first byte and between two. */
  patienceMs?: number
}

const PATIENCE_MS = 20_000

/** Puts the tool into place, verified and executable, or leaves what was there. */
export async function download(offer: Download, target: string, options: DownloadOptions): Promise<void> {
  const draft = `${target}.${process.pid}.part`
  await mkdir(dirname(target), { recursive: true })
  try {
    const sha256 =
      typeof offer.sha256 === 'string' ? offer.sha256 : await publishedChecksum(offer.sha256.url, options)
    const received = await fetchTo(offer.url, draft, options)
    if (received !== sha256) {
      throw new DevkError({
        code: 'CHECKSUM_DIFFERS',
        message: `${offer.url} is not what its publisher released; nothing was installed.`,
        hint: 'Something on the way changed it: a proxy, or a broken mirror. Run this again, on another network if need be.',
        detail: `expected sha256 ${sha256}\nreceived sha256 ${received}`,
      })
    }
    if (offer.member !== undefined) await takeOut(offer.member, draft, options)
    await chmod(draft, 0o755)
    await rename(draft, target)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Whether the server has it, asked for no longer than `withinMs`. */
export async function isOffered(offer: Download, withinMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)])
    return (await fetch(offer.url, { method: 'HEAD', signal: within })).ok
  } catch {
    signal.throwIfAborted()
    return false
  }
}

async function publishedChecksum(url: string, options: DownloadOptions): Promise<string> {
  const chunks: Uint8Array[] = []
  await receive(url, async chunk => void chunks.push(chunk), options)
  const sha256 = /\b[0-9a-f]{64}\b/.exec(Buffer.concat(chunks).toString('utf8'))?.[0]
  if (sha256) return sha256
  throw new DevkError({
    code: 'DOWNLOAD_FAILED',
    message: `${url} holds no checksum; nothing was installed.`,
  })
}

async function fetchTo(url: string, path: string, options: DownloadOptions): Promise<string> {
  await using file = await open(path, 'w', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  await receive(
    url,
    async chunk => {
      hash.update(chunk)
      await file.write(chunk)
      bytes += chunk.byteLength
      options.say?.(`${(bytes / 1e6).toFixed(0)} MB`)
    },
    options,
  )
  return hash.digest('hex')
}

async function receive(
  url: string,
  onChunk: (chunk: Uint8Array) => Promise<void>,
  { signal, patienceMs = PATIENCE_MS }: DownloadOptions,
): Promise<void> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), patienceMs)
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, silence.signal]) })
    if (!response.ok) throw failed(url, `the server answered ${response.status} ${response.statusText}`)
    for await (const chunk of response.body ?? []) {
      timer.refresh()
      await onChunk(chunk)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof DevkError) throw error
    if (silence.signal.aborted) throw failed(url, `the server kept silent for ${patienceMs / 1000} s`)
    throw failed(url, reason(error))
  } finally {
    clearTimeout(timer)
  }
}

async function takeOut(member: string, archive: string, { run, signal }: DownloadOptions): Promise<void> {
  const folder = `${archive}.d`
  await mkdir(folder, { recursive: true })
  try {
    await run({ file: 'tar', args: ['-xzf', archive, '-C', folder, member] }, { signal })
    await rename(join(folder, member), archive)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function failed(url: string, why: string): DevkError {
  return new DevkError({
    code: 'DOWNLOAD_FAILED',
    message: `${url} could not be downloaded: ${why}.`,
    hint: 'Run scripts/setup again when the server answers; what is already here stays.',
  })
}

/** fetch says only "fetch failed" and keeps what happened in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
