import { hash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import type Docker from 'dockerode'
import type { BuildSpec } from '../../model/project.ts'
import { baseDigest } from './base-digest.ts'
import { baseImages } from './base-images.ts'
import { contextEntries } from './context-entries.ts'
import { ignoreRules, needsDialect } from './ignore.ts'
import { readIgnoreFile } from './ignore-file.ts'
import type { Dialect } from './ignore-pattern.ts'
import { readDockerfile } from './read-dockerfile.ts'
import { type StatCache, statCache } from './stat-cache.ts'

/** All that decides what a build makes. */
export interface BuildInputs {
  /** Of all entries: the same for the same inputs in any folder, on any machine that has the same base images. */
  hash: string
  /**
   * `./path` of each path that Docker would send, `Dockerfile`, `arg NAME`, `target`, `platforms`, and `base IMAGE` of
   * each image that is built on: what it is now, a digest or the value itself.
   */
  entries: Record<string, string>
}

export interface ReadInputs {
  signal: AbortSignal
  /** The entries of an earlier reading: what a base image is where neither Docker nor its registry can say. */
  known?: Readonly<Record<string, string>>
  /** Spares reading what was read before. */
  cache?: StatCache
  /** What was found out about base images already, by name: to be shared by the images of one run. */
  bases?: Map<string, Promise<string | undefined>>
  /** Which client will build, as `clientDialect` finds out: asked only where it matters, else guessed by Docker's version. */
  dialect?: () => Promise<Dialect>
}

/**
 * Reads everything that the build would read. Throws CONTEXT_MISSING, DOCKERFILE_MISSING, DOCKERFILE_EMPTY or
 * TARGET_MISSING where there is nothing to build from, and what the file system says of what can't be read.
 */
export async function readBuildInputs(
  docker: Docker,
  spec: BuildSpec,
  {
    signal,
    known = {},
    cache = statCache(),
    bases = new Map(),
    dialect = () => guessDialect(docker),
  }: ReadInputs,
): Promise<BuildInputs> {
  const [{ text, parsed }, lines] = await Promise.all([readDockerfile(spec), readIgnoreFile(spec)])
  const digest = (name: string): Promise<string | undefined> => {
    const asked = bases.get(name) ?? baseDigest(docker, name, signal)
    bases.set(name, asked)
    return asked
  }
  const readContext = async (): Promise<[string, string][]> => {
    const rules = ignoreRules(lines, needsDialect(lines) ? await dialect() : 'buildx')
    return await contextEntries(await realpath(spec.context), { rules, cache, signal })
  }
  const [context, images] = await Promise.all([
    readContext(),
    Promise.all(
      baseImages(parsed, spec).map(async name => {
        const label = `base ${name}`
        return [label, (await digest(name)) ?? known[label] ?? name] as const
      }),
    ),
  ])
  const entries = [
    ...context,
    ...images,
    ['Dockerfile', hash('sha256', text)],
    ...Object.entries(spec.args).map(([name, value]) => [`arg ${name}`, value]),
    ...(spec.target === undefined ? [] : [['target', spec.target]]),
    ...(spec.platforms.length === 0 ? [] : [['platforms', spec.platforms.toSorted().join(' ')]]),
  ] as const
  return summedUp(Object.fromEntries(entries))
}

/** Changes when the meaning of entries does, so that what was recorded before counts for nothing. */
const FORMAT = 'devk build inputs 1'

function summedUp(entries: Record<string, string>): BuildInputs {
  const sorted = Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1))
  return { hash: hash('sha256', JSON.stringify([FORMAT, sorted])), entries: Object.fromEntries(sorted) }
}

async function guessDialect(docker: Docker): Promise<Dialect> {
  const { Version = '' } = await docker.version()
  return Number.parseInt(Version, 10) < 23 ? 'classic' : 'buildx'
}
