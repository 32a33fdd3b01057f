import { expect, it } from 'vitest'
import { emptyReport } from '../../src/daemon/session/observe.ts'
import { shareFresh } from '../../src/daemon/session/share-fresh.ts'
import { sharedRuns } from '../../src/daemon/session/shared-runs.ts'
import type { RunReport } from '../../src/model/project-status.ts'

const asked = {
  key: 'up',
  definition: '',
  title: 'up',
  report: () => {},
  cancel: new AbortController().signal,
}

/** Runs that end one after the other with these reports; how many were begun. */
function sharing(...reports: Partial<RunReport>[]) {
  const runs = sharedRuns()
  let begun = 0
  const work = async () => {
    const run = { ...emptyReport(), ...reports[begun++] }
    await new Promise(resolve => setImmediate(resolve))
    return { run }
  }
  return { share: () => shareFresh(runs, asked, work), begun: () => begun }
}

const built = { built: 1, done: [{ what: 'image api', why: ['src/a.ts changed'] }] }

it('answers who joined with the run that all shared, where nothing was saved since it began', async () => {
  const { share, begun } = sharing(built, {})
  const [first, second] = await Promise.all([share(), share()])
  expect(second).toEqual(first)
  expect(first?.run.built).toBe(1)
  expect(begun()).toBe(2)
})

it('answers who joined with what was done of what was saved since', async () => {
  const { share } = sharing({}, built)
  const [first, second] = await Promise.all([share(), share()])
  expect(first?.run.built).toBe(0)
  expect(second?.run.built).toBe(1)
})

it('does not try again by itself what failed', async () => {
  const { share, begun } = sharing({ failures: [{ what: 'image api', error: { code: 'X', message: 'x' } }] })
  await Promise.all([share(), share()])
  expect(begun()).toBe(1)
})
