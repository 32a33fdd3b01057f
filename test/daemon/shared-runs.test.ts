import { expect, it } from 'vitest'
import { DevkError, interrupted } from '../../src/base/errors.ts'
import { sharedRuns } from '../../src/daemon/session/shared-runs.ts'
import type { Progress, Steps } from '../../src/model/steps.ts'

const never = () => new AbortController().signal

function asked(key: string, seen: Progress[] = [], cancel: AbortSignal = never(), definition = '') {
  return { key, definition, title: key, cancel, report: (progress: Progress) => void seen.push(progress) }
}

/** Work that is ended from outside. */
function openWork() {
  let finish = (_: string) => {}
  let begun = 0
  const work = (steps: Steps, signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      begun++
      steps.note('begun')
      finish = resolve
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  return { work, finish: (value: string) => finish(value), begun: () => begun }
}

it('does the same work once for all who ask while it runs, and tells the later ones what they missed', async () => {
  const runs = sharedRuns()
  const { work, finish, begun } = openWork()
  const seen: Progress[] = []
  const first = runs.share(asked('up'), work)
  const second = runs.share(asked('up', seen), work)
  expect(runs.running).toBe('up')
  finish('done')
  expect(await Promise.all([first, second])).toEqual([
    { value: 'done', joined: false },
    { value: 'done', joined: true },
  ])
  expect(begun()).toBe(1)
  expect(seen).toContainEqual({ type: 'note', message: 'begun' })
  expect(runs.running).toBeUndefined()
})

it('waits for other work of the same project, says for which, and tells what that one tells', async () => {
  const runs = sharedRuns()
  const up = openWork()
  const build = openWork()
  const seen: Progress[] = []
  const first = runs.share(asked('up'), up.work)
  const second = runs.share(asked('build', seen), build.work)
  expect(seen).toEqual([
    { type: 'note', message: 'Waiting for what is under way: up.' },
    { type: 'note', message: 'begun' },
  ])
  expect(build.begun()).toBe(0)
  up.finish('up')
  expect((await first).value).toBe('up')
  await expect.poll(build.begun).toBe(1)
  build.finish('build')
  expect(await second).toEqual({ value: 'build', joined: false })
})

it('ends the wait of who gives up, and not what it waited for', async () => {
  const runs = sharedRuns()
  const up = openWork()
  const cancel = new AbortController()
  const first = runs.share(asked('up'), up.work)
  const second = runs.share(asked('build', [], cancel.signal), openWork().work)
  cancel.abort(interrupted())
  await expect(second).rejects.toMatchObject({ code: 'INTERRUPTED' })
  up.finish('up')
  expect((await first).value).toBe('up')
})

it('cancels work of an older definition for newer, and tells who waited for it why', async () => {
  const runs = sharedRuns()
  const older = openWork()
  const newer = openWork()
  const first = runs.share(asked('old', [], never(), 'before'), older.work)
  const failed = expect(first).rejects.toMatchObject({ code: 'SUPERSEDED' })
  const second = runs.share(asked('new', [], never(), 'now'), newer.work)
  await failed
  newer.finish('new')
  expect((await second).value).toBe('new')
})

it('ends the run for all by one client’s cancel', async () => {
  const runs = sharedRuns()
  const { work } = openWork()
  const cancel = new AbortController()
  const waiting = [runs.share(asked('up'), work), runs.share(asked('up', [], cancel.signal), work)]
  cancel.abort(interrupted())
  for (const result of await Promise.allSettled(waiting)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'INTERRUPTED' } })
  }
})

it('begins anew after a run that failed', async () => {
  const runs = sharedRuns()
  const failing = () => Promise.reject(new DevkError({ code: 'X', message: 'no' }))
  await expect(runs.share(asked('up'), failing)).rejects.toMatchObject({ code: 'X' })
  expect((await runs.share(asked('up'), async () => 'fine')).value).toBe('fine')
})

it('waits at its end until nothing works any more', async () => {
  const runs = sharedRuns()
  let stopped = false
  const running = runs.share(asked('up'), async (_, signal) => {
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    await new Promise(resolve => setImmediate(resolve))
    stopped = true
    signal.throwIfAborted()
  })
  const ended = expect(running).rejects.toMatchObject({ code: 'RETIRED' })
  await runs.end(new DevkError({ code: 'RETIRED', message: '' }))
  expect(stopped).toBe(true)
  await ended
})
