import { expect, it } from 'vitest'
import { openShares } from '../../src/forward/shares.ts'
import type { Target } from '../../src/forward/target.ts'

const named = (...names: string[]): Target[] =>
  names.map(name => ({ name, dial: () => Promise.reject(new Error('nobody is dialled here')) }))

it('gives the next connection to whoever has fewest, and where they are as busy, to whoever waited longest', () => {
  const shares = openShares()
  const pods = named('a', 'b', 'c')
  const asked: (string | undefined)[] = []
  const ask = () => {
    const target = shares.choose(pods)
    asked.push(target?.name)
    return target ? shares.take(target) : () => {}
  }
  const over = [ask(), ask(), ask()]
  over[1]?.()
  ask()
  for (const end of [over[0], over[2]]) end?.()
  ask()
  expect(asked).toEqual(['a', 'b', 'c', 'b', 'a'])
  expect(shares.taken()).toEqual([
    { target: 'b', connections: 1 },
    { target: 'a', connections: 1 },
  ])
})

it('keeps no name of a pod that is gone, unless it still has connections', () => {
  const shares = openShares()
  for (let index = 0; index < 50; index++) {
    const pods = named(`api-${index}`)
    shares.forget(pods)
    for (const pod of pods) shares.take(pod)()
  }
  expect(shares.size).toBe(1)
  const [busy] = named('busy')
  const over = busy && shares.take(busy)
  shares.forget([])
  expect(shares.taken()).toEqual([{ target: 'busy', connections: 1 }])
  over?.()
  shares.forget([])
  expect(shares.size).toBe(0)
})
