import { afterAll, beforeAll, describe } from 'vitest'
import { commands } from './suites/commands.ts'
import { forwards } from './suites/forwards.ts'
import { logs } from './suites/logs.ts'
import type { Place } from './suites/place.ts'
import { randomEdits } from './suites/random-edits.ts'
import { rebuild } from './suites/rebuild.ts'
import { redaction } from './suites/redaction.ts'
import { redeploy } from './suites/redeploy.ts'
import { secrets } from './suites/secrets.ts'
import { type Home, newHome } from './support/devk.ts'
import { redeployed } from './support/redeployed.ts'
import { sideBySide } from './support/side-by-side.ts'

let home: Home

beforeAll(async () => {
  home = await newHome()
})

afterAll(() => home[Symbol.asyncDispose]())

sideBySide(
  ['kind', 'k3d'] as const,
  provider => `reaching into ${provider}`,
  provider => {
    const place: Place = { home: () => home, provider, cluster: `e2e-reach-${provider}` }

    afterAll(async () => {
      await home.devk('cluster', 'delete', place.cluster)
    })

    describe('forwards', () => forwards(place))
    describe('logs', () => logs(place))
    describe('commands in pods', () => commands(place))
    // The same whatever made the cluster, as the shop shows on both; on k3d there is the time for it.
    if (provider === 'k3d') {
      describe('secrets', () => secrets(place))
      describe('what is printed of Secrets', () => redaction(place))
    }
    describe('hot redeploy', () => {
      const project = redeployed(place)
      beforeAll(() => project.prepare())
      afterAll(async () => {
        await project.devk('down', '--keep-cluster')
      })
      redeploy(place, project)
      randomEdits(project)
      rebuild(place, project)
    })
  },
)
