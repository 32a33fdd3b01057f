import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { DevkError } from '../base/errors.ts'

const clientConfig = z.object({ currentContext: z.string().optional() })
const contextMeta = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) })

const DEFAULT_HOST = 'unix:///var/run/docker.sock'

/** Where Docker is, found as its own client finds it: DOCKER_HOST, DOCKER_CONTEXT, the current context, the default. */
export async function dockerHost(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (env['DOCKER_HOST']) return env['DOCKER_HOST']
  const folder = env['DOCKER_CONFIG'] || join(homedir(), '.docker')
  const context = env['DOCKER_CONTEXT'] || (await currentContext(folder))
  if (!context || context === 'default') return DEFAULT_HOST
  return await hostOfContext(folder, context)
}

async function currentContext(folder: string): Promise<string | undefined> {
  try {
    return clientConfig.parse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).currentContext
  } catch {
    return undefined
  }
}

async function hostOfContext(folder: string, context: string): Promise<string> {
  const id = createHash('sha256').update(context).digest('hex')
  const file = join(folder, 'contexts', 'meta', id, 'meta.json')
  try {
    return contextMeta.parse(JSON.parse(await readFile(file, 'utf8'))).Endpoints.docker.Host
  } catch (cause) {
    throw new DevkError({
      code: 'DOCKER_CONTEXT',
      message: `The Docker context "${context}" has no readable endpoint in ${file}.`,
      hint: 'docker context ls shows the contexts; docker context use NAME picks another one.',
      cause,
    })
  }
}
