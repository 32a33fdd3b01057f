import { afterAll, beforeAll, describe } from 'vitest'
import { existing } from './suites/existing.ts'
import { killedUps, upsAlone } from './suites/killed-ups.ts'
import { rollouts } from './suites/rollouts.ts'
import { type Home, newHome } from './support/devk.ts'
import { sideBySide } from './support/side-by-side.ts'
import { createKind, type Kind } from './support/stage.ts'

let home: Home

beforeAll(async () => {
  home = await newHome()
})

afterAll(() => home[Symbol.asyncDispose]())

const suites = {
  'one cluster': () => {
    const name = 'e2e-one'
    let kind: Kind

    beforeAll(async () => {
      kind = await createKind(home, name)
    })

    afterAll(async () => {
      await home.devk('cluster', 'delete', name)
    })

    describe('rollouts', () => rollouts(() => kind))
    describe('a project in it, as in somebody else’s,', () =>
      existing(
        () => home,
        () => kind,
      ))
  },
  'devk up, ended': () => killedUps(() => home),
}

sideBySide(
  Object.entries(suites),
  ([title]) => title,
  ([, tests]) => tests(),
)

describe('devk up, alone on the machine', () => upsAlone(() => home))
