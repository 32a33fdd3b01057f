import { rm } from 'node:fs/promises'
import { rolldown } from 'rolldown'
import { bundles } from './bundles.ts'

/** Writes dist/: the thin bundle that each command starts, and the bundle that does the work. */
await rm(new URL('../dist/', import.meta.url), { recursive: true, force: true })
for (const { input, output } of bundles) {
  await using bundle = await rolldown(input)
  await bundle.write(output)
}
