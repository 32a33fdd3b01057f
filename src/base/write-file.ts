import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * A reader sees the old file or the whole new one; a crash or a full disk leaves the old one. What need not outlive the
 * machine itself is there sooner.
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
  { durable = true } = {},
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  await mkdir(dirname(path), { recursive: true })
  try {
    await write(draft, content, mode, durable)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    // A failed write names no file by itself.
    throw error instanceof Error ? Object.assign(error, { path }) : error
  }
}

async function write(
  path: string,
  content: string | Uint8Array,
  mode: number,
  durable: boolean,
): Promise<void> {
  await using file = await open(path, 'wx', mode)
  await file.writeFile(content)
  if (durable) await file.sync()
}
