import { DevkError } from '../../base/errors.ts'
import type { Command } from '../../exec/command.ts'
import type { Run } from '../../exec/run.ts'
import type { BuildSpec } from '../../model/project.ts'
import { buildClients, lacksBuilder, noBuilder } from './build-clients.ts'
import { buildProgress } from './build-progress.ts'
import { explainBuild } from './explain-build.ts'
import { readDockerfile } from './read-dockerfile.ts'

export interface ImageBuild {
  run: Run
  /** Where Docker is, as in DOCKER_HOST. */
  host: string
  spec: BuildSpec
  tag: string
  /** Ends the build, in Docker too. */
  signal: AbortSignal
  /** Told each line that Docker writes about the build. */
  onLine?: (line: string) => void
  say?: (detail: string) => void
  env?: NodeJS.ProcessEnv
}

/**
 * Builds the image with Docker's own client and gives it the tag; a build that fails or is aborted leaves the tag as it
 * was. Throws CONTEXT_MISSING, DOCKERFILE_MISSING, DOCKERFILE_EMPTY or TARGET_MISSING before anything is built,
 * BUILDER_MISSING where no client can build, and then what `explainBuild` explains.
 */
export async function buildImage(build: ImageBuild): Promise<void> {
  await readDockerfile(build.spec)
  for (const client of await buildClients(build.env)) {
    try {
      return await buildWith(client, build)
    } catch (error) {
      if (!lacksBuilder(error)) throw error
    }
  }
  throw noBuilder()
}

async function buildWith(
  client: string,
  { run, host, spec, tag, signal, onLine, say }: ImageBuild,
): Promise<void> {
  const command = buildCommand(client, spec, tag, host)
  const progress = buildProgress(say)
  try {
    await run(command, {
      signal,
      onLine: line => {
        progress.line(line)
        onLine?.(line)
      },
    })
  } catch (error) {
    if (!(error instanceof DevkError) || error.code !== 'COMMAND_FAILED') throw error
    if (lacksBuilder(error)) throw error
    throw explainBuild(error, command, progress)
  }
}

/** The same inputs make the same image: what would add times or provenance to it is off. */
function buildCommand(file: string, spec: BuildSpec, tag: string, host: string): Command {
  const { context, dockerfile, target, args, platforms, cacheFrom } = spec
  return {
    file,
    args: [
      'build',
      ...['--progress', 'plain', '--tag', tag, '--file', dockerfile],
      ...(target === undefined ? [] : ['--target', target]),
      ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
      ...(platforms.length === 0 ? [] : ['--platform', platforms.join(',')]),
      ...cacheFrom.flatMap(image => ['--cache-from', image]),
      context,
    ],
    env: {
      DOCKER_BUILDKIT: '1',
      DOCKER_HOST: host,
      BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
      // Another builder than Docker itself would keep the image to itself.
      BUILDX_BUILDER: undefined,
      DOCKER_CONTEXT: undefined,
    },
  }
}
