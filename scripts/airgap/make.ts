import { join } from 'node:path'
import type { Run } from '../../src/exec/run.ts'
import type { Step, StepContext } from '../provision/steps.ts'
import { AIRGAP_LABEL, type Build, INPUTS_LABEL, required, type Workshop } from './build.ts'
import { type FolderStore, findImages } from './store.ts'

export interface Factory {
  run: Run
  store: FolderStore
  hashes: ReadonlyMap<string, string>
  /** The docker client; known once the engine runs. */
  docker: () => string
}

/** Where Go's own installer and Debian put programs that not everybody's PATH leads to. */
const PATH = [process.env['PATH'], '/usr/local/go/bin', '/usr/sbin', '/sbin'].join(':')

/** The step that makes a build's output and keeps it; its needs come first, and `after` what the machine lacks yet. */
export function buildStep(build: Build, factory: Factory, after: readonly string[]): Step {
  return {
    id: build.id,
    title: build.title,
    needs: [...build.needs, ...after],
    weight: build.weight,
    run: context => make(build, factory, context),
  }
}

export async function make(build: Build, factory: Factory, context: StepContext): Promise<void> {
  const { store, hashes } = factory
  const hash = required(hashes, build.id)
  const folder = await store.draft(build.id)
  try {
    const former = await imagesOf(build, factory, context.signal)
    await build.make(workshopFor(folder, hash, factory, context))
    if (build.output.kind === 'folder') await store.finish(build.id, hash)
    else await removeFormer(build, former, factory, context.signal)
  } finally {
    await store.discardDraft(build.id)
  }
}

function workshopFor(folder: string, hash: string, factory: Factory, context: StepContext): Workshop {
  return {
    folder,
    docker: factory.docker(),
    labels: { [AIRGAP_LABEL]: 'true', [INPUTS_LABEL]: hash },
    say: context.say,
    file: (build, name) => join(factory.store.folder(build, required(factory.hashes, build)), name),
    run: (file, args, { cwd, env, ...options } = {}) =>
      factory.run(
        {
          file: file === 'docker' ? factory.docker() : file,
          args,
          env: { PATH, ...env },
          ...(cwd !== undefined && { cwd }),
        },
        { ...options, signal: context.signal },
      ),
  }
}

async function imagesOf(build: Build, { run, docker }: Factory, signal: AbortSignal): Promise<Set<string>> {
  if (build.output.kind === 'folder') return new Set()
  const found = await findImages(run, docker(), build.output.tags, signal)
  return new Set([...found.values()].filter(image => image.inputs).map(image => image.id))
}

/** What the new image took the tag from. Where a container or an image still uses it, it stays. */
async function removeFormer(
  build: Build,
  former: Set<string>,
  factory: Factory,
  signal: AbortSignal,
): Promise<void> {
  for (const id of await imagesOf(build, factory, signal)) former.delete(id)
  for (const id of former) {
    await factory.run({ file: factory.docker(), args: ['image', 'rm', id] }, { accept: [1], signal })
  }
}
