import { cp } from 'node:fs/promises'
import type { Build, Workshop } from '../build.ts'
import { source } from '../places.ts'
import { versions } from '../versions.ts'

interface Image {
  id: string
  tags: readonly string[]
  needs: readonly string[]
  /** The folder under images/ with its Dockerfile. */
  from: string
  /** Its RUN steps fetch Debian packages. */
  fetches?: boolean
  inputs?: readonly string[]
  programs?: Build['programs']
  /** Puts what is not under images/ into the context. */
  prepare?(workshop: Workshop): Promise<void>
}

/** An image out of a Dockerfile under images/. */
export function image({ id, tags, needs, from, fetches, inputs = [], programs = [], prepare }: Image): Build {
  const folder = source('images', from)
  return {
    id,
    title: tags[0] ?? id,
    needs,
    weight: 'io',
    programs: ['docker', ...programs],
    output: { kind: 'images', tags },
    inputs: { paths: [folder], values: [...tags, ...inputs, ...(fetches ? [versions.debian] : [])] },
    async make(workshop) {
      await cp(folder, workshop.folder, { recursive: true })
      await prepare?.(workshop)
      await dockerBuild(workshop, tags, fetches ? networkOptions() : [])
    },
  }
}

/** The machine's own way to Debian's packages, through a proxy where it has one: these arguments need no ARG. */
function networkOptions(): string[] {
  const proxies = ['http_proxy', 'https_proxy', 'no_proxy'].filter(name => process.env[name])
  return ['--network=host', ...proxies.flatMap(name => ['--build-arg', name])]
}

export async function dockerBuild(
  { run, folder, labels, say }: Workshop,
  tags: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  const labelled = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`])
  const tagged = tags.flatMap(tag => ['--tag', tag])
  await run('docker', ['build', '--pull=false', ...options, ...labelled, ...tagged, folder], { onLine: say })
}
