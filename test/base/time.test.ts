import { expect, it } from 'vitest'
import { formatDuration, poll } from '../../src/base/time.ts'

it.each([
  [0, '0 ms'],
  [450, '450 ms'],
  [1_240, '1.2 s'],
  [59_940, '59.9 s'],
  [59_960, '1 min 0 s'],
  [125_000, '2 min 5 s'],
])('shows %i ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

it('polls until there is an answer', async () => {
  const answers = [undefined, undefined, 'yes']
  const answer = await poll(async () => answers.shift(), { every: 1, signal: new AbortController().signal })
  expect(answer).toBe('yes')
})

it('stops polling when it is aborted', async () => {
  const controller = new AbortController()
  const polling = poll(async () => undefined, { every: 5, signal: controller.signal })
  controller.abort()
  await expect(polling).rejects.toThrow(/abort/i)
})
