import { expect, it } from 'vitest'
import { type Progress, Steps } from '../../src/model/steps.ts'

function recorded() {
  const seen: string[] = []
  const steps = new Steps((progress: Progress) => {
    if (progress.type === 'note') seen.push(progress.message)
    if (progress.type === 'step') seen.push(`${progress.id} ${progress.title} ${progress.state}`)
  })
  return { seen, steps }
}

it('shows a step from its start to its end, and several at the same time', async () => {
  const { seen, steps } = recorded()
  const outer = steps.start('outer')
  await steps.during('inner', async () => {})
  outer.end('done')
  expect(seen).toEqual(['1 outer started', '2 inner started', '2 inner done', '1 outer done'])
})

it('shows that a step failed and passes its error on', async () => {
  const { seen, steps } = recorded()
  await expect(steps.during('work', () => Promise.reject(new Error('why')))).rejects.toThrow('why')
  expect(seen.at(-1)).toBe('1 work failed')
})

it('says what a step waits for once, not again while it stays the same, and nothing after its end', () => {
  const { seen, steps } = recorded()
  const step = steps.start('wait')
  for (const detail of ['a', 'a', 'b']) step.say(detail)
  step.end('done')
  step.end('failed')
  step.say('c')
  expect(seen).toEqual(['1 wait started', '1 wait working', '1 wait working', '1 wait done'])
})
