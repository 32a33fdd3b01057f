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

/** One file a node, written whole or not at all. One that can't be read counts as none: its node is then looked at anew. */
export function recordFiles(folder: string): RecordStore {
  const fileOf = (id: string) => join(folder, `${encodeURIComponent(id)}.json`)
  const read = async (file: string): Promise<NodeRecord | undefined> => {
    try {
      return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError || error instanceof z.ZodError)
        return undefined
      throw error
    }
  }
  return {
    read: id => read(fileOf(id)),
    async list() {
      const names = await readdir(folder).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return []
        throw error
      })
      const files = names.filter(name => name.endsWith('.json')).toSorted()
      return (await Promise.all(files.map(name => read(join(folder, name))))).filter(
        record => record !== undefined,
      )
    },
    write: record => writeFileAtomic(fileOf(record.id), JSON.stringify(record)),
    remove: id => rm(fileOf(id), { force: true }),
  }
}
