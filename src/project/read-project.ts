import { dirname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { didYouMean } from '../base/nearest.ts'
import type { Project } from '../model/project.ts'
import { describeIssue, fault, invalidProject } from './faults.ts'
import { isMapping, merge } from './merge.ts'
import { resolveProject } from './resolve-project.ts'
import { projectSchema } from './schema.ts'
import { readIfThere, readSource, type Source, syntaxFaults } from './sources.ts'
import { substitute } from './variables.ts'

export interface ReadOptions {
  /** Overlays to merge, in this order. */
  profiles?: readonly string[]
  env?: NodeJS.ProcessEnv
}

/**
 * Reads and checks a project file with its `.env` and its overlays.
 * Throws PROJECT_INVALID with each fault's file, line, column and value.
 */
export async function readProject(
  file: string,
  { profiles = [], env = process.env }: ReadOptions = {},
): Promise<Project> {
  const folder = dirname(file)
  const dotenvFile = join(folder, '.env')
  const dotenv = await readIfThere(dotenvFile)
  const values = { ...parseEnv(dotenv ?? ''), ...env }
  const base = await read(file, values, file)
  const sources = [base, ...(await readOverlays(base, profiles, values))]
  const data = sources.map(({ document }) => document.toJS() as unknown).reduce(merge)
  const result = projectSchema.safeParse(data)
  if (!result.success) {
    throw invalidProject(
      file,
      result.error.issues.flatMap(issue => describeIssue(issue, data, sources)),
    )
  }
  const files = [...sources.map(source => source.file), dotenvFile]
  return await resolveProject(result.data, { file, files, folder, sources, profiles })
}

async function read(file: string, values: NodeJS.Dict<string>, project: string): Promise<Source> {
  const source = await readSource(file)
  const syntax = syntaxFaults(source)
  const faults = syntax.length > 0 ? syntax : substitute(source, values)
  if (faults.length > 0) throw invalidProject(project, faults)
  return source
}

async function readOverlays(
  base: Source,
  profiles: readonly string[],
  values: NodeJS.Dict<string>,
): Promise<Source[]> {
  const section: unknown = (base.document.toJS() as Record<string, unknown> | null)?.['profiles']
  const known = isMapping(section) ? section : {}
  return await Promise.all(
    profiles.map(async name => {
      const path = known[name]
      if (typeof path !== 'string') {
        const names = Object.keys(known)
        const words =
          names.length > 0
            ? `has no ${name}${didYouMean(name, names)}`
            : `is empty, and --profile asks for ${name}`
        throw invalidProject(base.file, [fault([base], ['profiles'], words)])
      }
      const overlay = resolve(dirname(base.file), path)
      try {
        return await read(overlay, values, base.file)
      } catch (cause) {
        if (cause instanceof Error && 'path' in cause) {
          throw invalidProject(base.file, [
            fault([base], ['profiles', name], `can't be read: ${cause.message}`),
          ])
        }
        throw cause
      }
    }),
  )
}
