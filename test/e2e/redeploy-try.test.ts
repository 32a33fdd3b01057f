import { afterAll, beforeAll, describe } from 'vitest'
import { randomEdits } from './suites/random-edits.ts'
import { rebuild } from './suites/rebuild.ts'
import { redeploy } from './suites/redeploy.ts'
import { type Home, newHome } from './support/devk.ts'
import { redeployed } from './support/redeployed.ts'

let home: Home
beforeAll(async () => {
  home = await newHome()
})
afterAll(() => home[Symbol.asyncDispose]())
const provider = (process.env['TRY'] ?? 'kind') as 'kind' | 'k3d'
const place = { home: () => home, provider, cluster: `e2e-try-${provider}` }
const project = redeployed(place)
beforeAll(() => project.prepare())
afterAll(async () => {
  await home.devk('cluster', 'delete', place.cluster)
})
describe('redeploy', () => redeploy(place, project))
describe('random', () => randomEdits(project))
describe('rebuild', () => rebuild(place, project))
