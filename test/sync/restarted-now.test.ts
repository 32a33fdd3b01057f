import { expect, it } from 'vitest'
import { isRestartedNow } from '../../src/sync/restarted-now.ts'
import { rule } from './rule.ts'

const runs = (command: string) => rule('/src', '/app', { restart: { how: 'run', command } })

it('is done at once where only what follows on a change is another', () => {
  expect(isRestartedNow(runs('two'), [runs('one')])).toBe(true)
  expect(isRestartedNow(rule('/src', '/app', { restart: { how: 'container' } }), [runs('one')])).toBe(true)
})

it('is not done where it is as before, or the rule is a new one', () => {
  expect(isRestartedNow(runs('one'), [runs('one')])).toBe(false)
  expect(isRestartedNow(runs('one'), [])).toBe(false)
  expect(isRestartedNow(runs('two'), [rule('/src', '/other', { restart: { how: 'none' } })])).toBe(false)
})

it('is not done where nothing follows any more, or new pods come for it', () => {
  expect(isRestartedNow(rule('/src', '/app'), [runs('one')])).toBe(false)
  expect(isRestartedNow(rule('/src', '/app', { restart: { how: 'process' } }), [runs('one')])).toBe(false)
})
