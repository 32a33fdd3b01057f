import { expect, it } from 'vitest'
import { syncText } from '../../src/cli/sync-text.ts'

const last = { files: 3, ms: 12, at: '2026-01-01T00:00:00Z' }

it('tells of the last change where all is in sync', () => {
  expect(syncText({ state: 'in sync', behind: 0, last })).toBe('in sync (3 files, 12 ms)')
  expect(syncText({ state: 'in sync', behind: 0 })).toBe('in sync')
})

it('tells how many files are still to come, whatever keeps them', () => {
  expect(syncText({ state: 'syncing', behind: 1, last })).toBe('syncing 1 file')
  expect(syncText({ state: 'failing', behind: 2 })).toBe('failing 2 files')
})

it('is nothing where no rule leads anything there', () => {
  expect(syncText(undefined)).toBe('-')
})
