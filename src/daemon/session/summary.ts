import { readFile, rm } from 'node:fs/promises'
import { z } from 'zod'
import { DevkError, errorCode } from '../../base/errors.ts'
import type { ProjectHome } from '../../base/project-home.ts'
import { writeFileAtomic } from '../../base/write-file.ts'
import type { AskedCluster } from '../../model/cluster.ts'
import type { Project } from '../../model/project.ts'
import { KEPT_LOG_BYTES } from '../../model/size.ts'

const summarySchema = z.object({
  folder: z.string(),
  name: z.string(),
  namespace: z.string(),
  cluster: z.looseObject({ name: z.string(), provider: z.enum(['kind', 'k3d', 'existing']) }),
  services: z.array(z.string()),
  deployed: z.array(z.string()).default([]),
  profiles: z.array(z.string()),
  logBytes: z.number().default(KEPT_LOG_BYTES),
})

/** What was brought up last: enough to look at it and to take it away where the project file is broken or gone. */
export interface Summary {
  folder: string
  name: string
  namespace: string
  cluster: AskedCluster
  services: string[]
  /** Those of them that are more than an image. */
  deployed: string[]
  profiles: string[]
  /** How much of what its containers print is kept. */
  logBytes: number
}

export function summaryOf({
  folder,
  name,
  namespace,
  cluster,
  services,
  profiles,
  logBytes,
}: Project): Summary {
  return {
    ...{ folder, name, namespace, cluster, profiles, logBytes },
    services: services.map(({ name }) => name),
    deployed: services.filter(({ deploy }) => deploy.length > 0).map(({ name }) => name),
  }
}

export async function readSummary(home: ProjectHome): Promise<Summary | undefined> {
  return await readSummaryFile(home.summary)
}

/** Undefined where nothing was brought up. Throws STATE_BROKEN. */
export async function readSummaryFile(file: string): Promise<Summary | undefined> {
  try {
    return summarySchema.parse(JSON.parse(await readFile(file, 'utf8'))) as unknown as Summary
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw new DevkError({
      code: 'STATE_BROKEN',
      message: `${file} can't be read, so devk does not know what it brought up.`,
      hint: 'Remove that file; devk up in the project’s folder writes it anew.',
      detail: (cause as Error).message,
      cause,
    })
  }
}

export async function writeSummary(home: ProjectHome, summary: Summary): Promise<void> {
  const text = `${JSON.stringify(summary, null, 2)}\n`
  const before = await readFile(home.summary, 'utf8').catch(() => undefined)
  if (text !== before) await writeFileAtomic(home.summary, text)
}

/** Nothing is remembered of the project any more. */
export async function forgetProject(home: ProjectHome): Promise<void> {
  await rm(home.state, { recursive: true, force: true })
}
