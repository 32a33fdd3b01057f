import { join } from 'node:path'
import { buildImage } from '../docker/build/build-image.ts'
import { changedLabels, explainChange } from '../docker/build/explain-change.ts'
import { readBuildInputs } from '../docker/build/inputs.ts'
import { pushImage } from '../docker/build/push-image.ts'
import { digestInRegistry } from '../docker/build/registry-digest.ts'
import type { ApplyContext, Inputs, Node } from '../engine/node.ts'
import type { BuildSpec } from '../model/project.ts'
import { type ImageOutput, imageId, inputOf, type RegistryOutput, registryId } from './outputs.ts'
import type { RunContext } from './run-context.ts'
import { whileSame } from './while-same.ts'

export interface ImageCounts {
  built: number
  pushed: number
}

/**
 * A service's image in the registry, under the hash of all that it is made of: what has the hash is never built again,
 * by whichever clone or run it was built.
 */
export function imageNode(context: RunContext, service: string, build: BuildSpec, counts: ImageCounts): Node {
  const { clusters, run, stats, bases, dialect } = context
  const { docker, host: dockerHost } = clusters.connection
  const repository = `${context.project.name}/${service}`
  const find = async ({ host }: RegistryOutput, hash: string, signal: AbortSignal) => {
    const digest = await digestInRegistry(host, repository, hash, { signal })
    return digest && `${host}/${repository}@${digest}`
  }

  const read = (signal: AbortSignal, known: Record<string, string> = {}) =>
    readBuildInputs(docker, build, { signal, cache: stats, bases, known, dialect })

  /** What was saved while Docker read it may be in the image or not: only what stayed the same has its hash. */
  async function make({ say, fingerprint }: ApplyContext, { host }: RegistryOutput, signal: AbortSignal) {
    let hash = fingerprint['hash'] ?? ''
    const current = async () => (await read(signal, fingerprint)).hash
    while (true) {
      const tag = `${host}/${repository}:${hash}`
      await whileSame(hash, current, signal, stillSame =>
        buildImage({ run, host: dockerHost, spec: build, tag, signal: stillSame, say }),
      )
      const after = await current()
      if (after !== hash) {
        say('a file changed meanwhile: building again')
        hash = after
        continue
      }
      counts.built++
      const { digest } = await pushImage(docker, tag, { signal, say })
      counts.pushed++
      return `${host}/${repository}@${digest}`
    }
  }

  return {
    id: imageId(service),
    title: `image ${service}`,
    needs: [registryId],
    pool: 'build',
    async fingerprint(needs: Inputs, signal) {
      const { hash, entries } = await read(signal)
      return { ...entries, hash, registry: inputOf<RegistryOutput>(needs, registryId).host }
    },
    same: (before, after) =>
      changedLabels(before, after).every(
        label =>
          label === 'hash' || (label.startsWith('./') && context.leads(service, join(build.context, label))),
      ),
    explain: (before, after) => explainChange(withoutHash(before), withoutHash(after)),
    async lost(record, needs, signal) {
      const registry = inputOf<RegistryOutput>(needs, registryId)
      const found = await find(registry, record.fingerprint['hash'] ?? '', signal)
      return found === record.output['reference'] ? undefined : 'the registry no longer has it'
    },
    async apply(apply, signal) {
      const registry = inputOf<RegistryOutput>(apply.inputs, registryId)
      const hash = apply.fingerprint['hash'] ?? ''
      const reference = (await find(registry, hash, signal)) ?? (await make(apply, registry, signal))
      return { reference, builtAt: new Date().toISOString() } satisfies ImageOutput
    },
  }
}

function withoutHash({ hash: _, ...entries }: Record<string, string>): Record<string, string> {
  return entries
}
