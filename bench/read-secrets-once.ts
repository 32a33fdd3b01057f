import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatOf } from '../src/secrets/document.ts'
import { openIdentities } from '../src/secrets/identities/identities.ts'
import { readSops } from '../src/secrets/read-sops.ts'

const [folder = '.'] = process.argv.slice(2)
const { signal } = new AbortController()
console.log('begun')
// A process of its own each time: no code is warm.
const identities = await openIdentities({ SOPS_AGE_KEY: readFileSync(join(folder, '../key'), 'utf8') })
for (const file of readdirSync(folder)) {
  await readSops(readFileSync(join(folder, file)), formatOf(file), { file, identities, signal })
}
process.exit()
