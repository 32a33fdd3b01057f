import { expect, it } from 'vitest'
import { measure, median, table } from '../bench/measure.ts'

it('lets the contenders run in turns and undoes each run, a failed one too', async () => {
  const seen: string[] = []
  const contender = (name: string, fails = false) => ({
    name,
    run: async () => {
      seen.push(name)
      if (fails) throw new Error('broken')
    },
    reset: async () => void seen.push(`${name} undone`),
  })
  await measure({ title: '', contenders: [contender('a'), contender('b')] }, 2, () => {})
  expect(seen).toEqual(['a', 'a undone', 'b', 'b undone', 'a', 'a undone', 'b', 'b undone'])
  await expect(measure({ title: '', contenders: [contender('c', true)] }, 1, () => {})).rejects.toThrow(
    'broken',
  )
  expect(seen.at(-1)).toBe('c undone')
})

it('compares medians with the first contender', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  const lines = table([
    { name: 'bare', times: [1000, 3000, 2000], cpu: [] },
    { name: 'devk', times: [2500], cpu: [] },
  ]).split('\n')
  expect(lines[2]).toMatch(/devk +2\.50 s +2\.50 s +2\.50 s +1\.25 +\+500\.0 ms/)
})

it('counts the processor time of a run where it is told, beside the first one that tells it', async () => {
  const working = (name: string, each: number) => {
    let used = 0
    return {
      name,
      run: async () => {
        used += each
      },
      cpu: async () => used,
    }
  }
  const bare = { name: 'bare', run: async () => {} }
  const suite = { title: '', contenders: [bare, working('peer', 400), working('devk', 100)] }
  const results = await measure(suite, 2, () => {})
  expect(results.map(({ cpu }) => cpu)).toEqual([[], [400, 400], [100, 100]])
  const [head, , peer, devk] = table(results).split('\n')
  expect(head).toMatch(/more +cpu +ratio$/)
  expect([peer, devk]).toEqual([
    expect.stringMatching(/ 400\.0 ms +1\.00$/),
    expect.stringMatching(/ 100\.0 ms +0\.25$/),
  ])
})
