import { readFile } from 'node:fs/promises'
import { paths } from '../../src/base/paths.ts'
import { writeFileAtomic } from '../../src/base/write-file.ts'

export type Reachability = 'reachable' | 'unreachable'

/** What set-up decided and made on this machine, for devk to read. */
export interface Machine {
  registries: Reachability
  /** When the registries were asked. */
  decidedAt: string
  images: MachineImages
}

export interface MachineImages {
  kind: readonly string[]
  k3d: readonly string[]
  registry: string
  k3dTools: string
  k3dProxy: string
}

/** Undefined where set-up never ran, or what it left cannot be read: then all is decided again. */
export async function readMachine(): Promise<Pick<Machine, 'registries' | 'decidedAt'> | undefined> {
  try {
    const { registries, decidedAt }: Partial<Machine> = JSON.parse(await readFile(paths().machine, 'utf8'))
    if (registries !== 'reachable' && registries !== 'unreachable') return undefined
    return { registries, decidedAt: String(decidedAt) }
  } catch {
    return undefined
  }
}

export async function writeMachine(machine: Machine): Promise<void> {
  const content = `${JSON.stringify(machine, undefined, 2)}\n`
  const former = await readFile(paths().machine, 'utf8').catch(() => undefined)
  if (content !== former) await writeFileAtomic(paths().machine, content, 0o644)
}
