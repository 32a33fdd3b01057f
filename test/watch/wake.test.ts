import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { onWake } from '../../src/watch/wake.ts'

it('calls once when the clock went on without it, and not as it ticks', async () => {
  let ahead = 0
  let woken = 0
  using _ = onWake(() => woken++, { now: () => Date.now() + ahead, everyMs: 5 })
  await sleep(50)
  expect(woken).toBe(0)
  ahead = 60_000
  await sleep(50)
  expect(woken).toBe(1)
})

it('calls no more once it is closed', async () => {
  let ahead = 0
  let woken = 0
  onWake(() => woken++, { now: () => Date.now() + ahead, everyMs: 5 })[Symbol.dispose]()
  ahead = 60_000
  await sleep(50)
  expect(woken).toBe(0)
})
