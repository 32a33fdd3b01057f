import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { it } from 'vitest'
import { sleep } from '../../../src/base/time.ts'
import { succeeded } from '../support/devk.ts'
import type { Name, Redeployed } from '../support/redeployed.ts'

const STEPS = 120
const edited = { node: 'node/src', locked: 'locked/src' } as const satisfies Partial<Record<Name, string>>

/** Whatever is done to the sources, the pods and the daemon. */
export function randomEdits({ devk, at, inNamespace, same, killDaemon }: Redeployed): void {
  const seed = Number(process.env['E2E_SEED'] ?? Date.now() % 1_000_000)

  it(`random edits, deleted pods and killed daemons lose nothing (E2E_SEED=${seed})`, async () => {
    console.log(`random edits: E2E_SEED=${seed}`)
    const random = generator(seed)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
    const services = Object.keys(edited) as (keyof typeof edited)[]
    const place = (service: keyof typeof edited) =>
      `${edited[service]}/r${pick([0, 1, 2])}/f${pick([0, 1, 2, 3, 4])}`
    const write = async (path: string) => {
      await mkdir(dirname(at(path)), { recursive: true })
      await rm(at(path), { recursive: true, force: true })
      await writeFile(at(path), 'x'.repeat(Math.floor(random() * 20_000)))
    }
    const steps: [weight: number, step: (service: keyof typeof edited) => Promise<unknown>][] = [
      [10, service => write(place(service))],
      [4, service => rm(at(place(service)), { recursive: true, force: true })],
      [4, service => rename(at(place(service)), at(place(service)))],
      [2, service => rename(at(dirname(place(service))), at(`${edited[service]}/moved${pick([0, 1])}`))],
      [1, service => rm(at(`${edited[service]}/moved${pick([0, 1])}`), { recursive: true, force: true })],
      [
        2,
        async service => {
          for (let n = 0; n < 40; n++) await write(`${edited[service]}/burst/${Math.floor(random() * 60)}`)
        },
      ],
      [1, service => rm(at(`${edited[service]}/burst`), { recursive: true, force: true })],
      [2, service => inNamespace('delete', 'pods', '--selector', `app=${service}`, '--wait=false')],
      [
        1,
        async () => {
          await killDaemon()
          if (random() < 0.5) for (const service of services) await write(place(service))
          succeeded(await devk('sync'))
        },
      ],
    ]
    const chosen = steps.flatMap(([weight, step]) => Array.from({ length: weight }, () => step))
    for (let n = 0; n < STEPS; n++) {
      // What is not there can't be moved.
      await pick(chosen)(pick(services)).catch(error => {
        if (!['ENOENT', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EEXIST', 'EINVAL'].includes(String(error?.code)))
          throw error
      })
      if (random() < 0.5) await sleep(Math.floor(random() * 60))
    }
    succeeded(await devk('up'))
    for (const service of services) await same(service)
    for (const service of services) {
      for (const name of await readdir(at(edited[service]))) {
        if (!/^(server|text|index)/.test(name))
          await rm(at(`${edited[service]}/${name}`), { recursive: true })
      }
      await same(service)
    }
  })
}

/** Mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
