import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { errorCode } from '../../base/errors.ts'
import type { BuildSpec } from '../../model/project.ts'

/** The patterns of the one ignore file that Docker uses for this image: the Dockerfile's own, else the context's. */
export async function readIgnoreFile({ context, dockerfile }: BuildSpec): Promise<string[]> {
  const own = await readIfThere(`${dockerfile}.dockerignore`)
  return ignoreLines(own ?? (await readIfThere(join(context, '.dockerignore'))) ?? '')
}

/** Patterns as Docker keeps them: no comments, relative to the context, without needless dots and slashes. */
export function ignoreLines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter(line => !line.startsWith('#'))
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => (line.startsWith('!') ? `!${cleaned(line.slice(1).trim())}` : cleaned(line)))
}

function cleaned(pattern: string): string {
  if (pattern === '') return ''
  const path = posix.normalize(pattern).replace(/(?<=.)\/$/, '')
  return path.length > 1 ? path.replace(/^\//, '') : path
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error) ?? '')) return undefined
    throw error
  }
}
