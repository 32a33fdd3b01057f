import { afterAll, beforeAll } from 'vitest'
import { redeploy } from './suites/redeploy.ts'
import { type Home, newHome } from './support/devk.ts'

let home: Home
beforeAll(async () => {
  home = await newHome()
})
afterAll(() => home[Symbol.asyncDispose]())
const provider = (process.env['TRY'] ?? 'kind') as 'kind' | 'k3d'
const cluster = `e2e-try-${provider}`
afterAll(async () => {
  await home.devk('cluster', 'delete', cluster)
})
redeploy({ home: () => home, provider, cluster })
