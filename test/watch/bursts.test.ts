import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type BurstActions, collectBursts } from '../../src/watch/bursts.ts'

function collected(act: BurstActions['act'] = async () => {}) {
  const done: string[] = []
  const bursts = collectBursts({
    async act(paths) {
      done.push([...paths].map(([path, renewed]) => (renewed ? `${path}!` : path)).join(' '))
      await act(paths)
    },
    async afterStorm() {
      done.push('storm')
    },
  })
  return { done, bursts, [Symbol.dispose]: () => bursts[Symbol.dispose]() }
}

async function until(holds: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(5_000)
  while (!holds()) await sleep(1, undefined, { signal })
}

describe('hints', () => {
  it('that come together are acted on together, each path once, those above first', async () => {
    using one = collected()
    for (const path of ['/b/x', '/a', '/b', '/a']) one.bursts.hint(path, false)
    one.bursts.hint('/b', true)
    one.bursts.hint('/b', false)
    await until(() => one.done.length > 0)
    expect(one.done).toEqual(['/a /b! /b/x'])
  })

  it('that never pause are acted on all the same', async () => {
    using one = collected()
    const timer = setInterval(() => one.bursts.hint('/a', false), 1)
    await until(() => one.done.length > 2)
    clearInterval(timer)
  })

  it('that come while it acts wait for their turn', async () => {
    let acting = 0
    let most = 0
    using one = collected(async () => {
      most = Math.max(most, ++acting)
      one.bursts.hint(`/${one.done.length}`, false)
      await sleep(20)
      acting--
    })
    one.bursts.hint('/0', false)
    await until(() => one.done.length > 3)
    expect(most).toBe(1)
    expect(one.done.slice(0, 4)).toEqual(['/0', '/1', '/2', '/3'])
  })

  it('that are many, or often the same, are a storm, and looked after once', async () => {
    using many = collected()
    for (let index = 0; index < 600; index++) many.bursts.hint(`/${index}`, false)
    using often = collected()
    for (let index = 0; index < 5_000; index++) often.bursts.hint('/a', false)
    using few = collected()
    for (let index = 0; index < 400; index++) few.bursts.hint(`/${index}`, false)
    await until(() => many.done.length > 1 && often.done.length > 1 && few.done.length > 0)
    few.bursts.hint('/1', false)
    many.bursts.hint('/a', false)
    await until(() => few.done.length > 1 && many.done.length > 2)
    expect(many.done.slice(1)).toEqual(['storm', '/a'])
    expect(often.done).toEqual(['/a', 'storm'])
    expect(few.done[1]).toBe('/1')
  })

  it('are not acted on once it is closed', async () => {
    const one = collected()
    one.bursts.hint('/a', false)
    one[Symbol.dispose]()
    one.bursts.hint('/b', false)
    await sleep(50)
    expect(one.done).toEqual([])
  })
})
