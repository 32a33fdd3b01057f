import { access, constants, realpath } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { DevkError } from '../../base/errors.ts'
import { paths } from '../../base/paths.ts'
import type { Run } from '../../exec/run.ts'
import { findTool } from '../../exec/tools.ts'
import type { Dialect } from './ignore-pattern.ts'

/**
 * Every Docker client there is, in the order of PATH, each once. More than the first count, because Docker's client
 * since 23 builds only with a plugin that may not be installed, while an older one beside it needs none.
 * Throws TOOL_MISSING.
 */
export async function buildClients(env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const folders = [paths(env).bin, ...(env['PATH'] ?? '').split(delimiter)].filter(folder => folder !== '')
  const byContent = new Map<string, string>()
  for (const folder of folders) {
    const file = join(folder, 'docker')
    const real = await realExecutable(file)
    // Under its own name, which decides what some installations run.
    if (real !== undefined && !byContent.has(real)) byContent.set(real, file)
  }
  // Throws what there is to say where there is none.
  return byContent.size > 0 ? [...byContent.values()] : [await findTool('docker', env)]
}

async function realExecutable(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK)
    return await realpath(file)
  } catch {
    return undefined
  }
}

/**
 * Which rules of .dockerignore the client has that will build: asked at the first call, once. Docker's own version would
 * not tell, since its client may be of another one.
 */
export function clientDialect(
  run: Run,
  { signal, env }: { signal: AbortSignal; env?: NodeJS.ProcessEnv },
): () => Promise<Dialect> {
  let asked: Promise<Dialect> | undefined
  const ask = async (): Promise<Dialect> => {
    for (const file of await buildClients(env)) {
      const { stdout } = await run({ file, args: ['--version'] }, { signal })
      const major = /\b(\d+)\.\d+/.exec(stdout)?.[1]
      if (major !== undefined && Number(major) < 23) return 'classic'
      const { exitCode } = await run({ file, args: ['buildx', 'version'] }, { signal, accept: ANY })
      if (exitCode === 0) return 'buildx'
    }
    return 'buildx'
  }
  return () => {
    asked ??= ask()
    return asked
  }
}

const ANY = Array.from({ length: 255 }, (_, index) => index + 1)

export function lacksBuilder(error: unknown): boolean {
  return error instanceof DevkError && /buildx component is missing or broken/.test(error.detail ?? '')
}

export function noBuilder(): DevkError {
  return new DevkError({
    code: 'BUILDER_MISSING',
    message:
      'Docker’s client on this machine can’t build images: its part for that, buildx, is not installed.',
    hint: 'Install it (Debian, Ubuntu: the package docker-buildx, or docker-buildx-plugin from Docker’s own packages), then run this again.',
  })
}
