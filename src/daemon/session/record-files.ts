import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../../base/errors.ts'
import { writeFileAtomic } from '../../base/write-file.ts'
import type { NodeRecord, Output, RecordStore } from '../../engine/node.ts'

const output = z.record(z.string(), z.json()) as z.ZodType<Output>

const recordSchema = z.object({
  id: z.string(),
  needs: z.array(z.string()),
  phase: z.enum(['applying', 'done', 'failed']),
  fingerprint: z.record(z.string(), z.string()),
  output,
  notes: output,
  at: z.string(),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      detail: z.string().optional(),
    })
    .optional(),
}) as z.ZodType<NodeRecord>

/**
 * One file a node, written whole or not at all. One that can't be read counts as none: its node is then looked at anew.
 * What was read is kept in memory: while a session is open nobody else writes.
 */
export function recordFiles(folder: string): RecordStore {
  const known = new Map<string, Promise<NodeRecord | undefined>>()
  let listed: Promise<unknown> | undefined
  const fileOf = (id: string) => join(folder, `${encodeURIComponent(id)}.json`)
  const read = (id: string): Promise<NodeRecord | undefined> => {
    const reading = known.get(id) ?? readRecord(fileOf(id))
    known.set(id, reading)
    return reading
  }
  return {
    read,
    async list() {
      listed ??= listIds(folder).then(ids => Promise.all(ids.map(read)))
      await listed
      return (await Promise.all(known.values())).filter(record => record !== undefined)
    },
    async write(record) {
      await writeFileAtomic(fileOf(record.id), JSON.stringify(record))
      known.set(record.id, Promise.resolve(record))
    },
    async remove(id) {
      await rm(fileOf(id), { force: true })
      known.set(id, Promise.resolve(undefined))
    },
  }
}

async function listIds(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  })
  return names.flatMap(name =>
    name.endsWith('.json') ? [decodeURIComponent(name.slice(0, -'.json'.length))] : [],
  )
}

async function readRecord(file: string): Promise<NodeRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError) {
      return undefined
    }
    throw error
  }
}
