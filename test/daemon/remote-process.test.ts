import { expect, it } from 'vitest'
import { whichOf } from '../../src/daemon/exec/remote-process.ts'

const begun = (pid: number, ageMs: number, ...words: string[]) => ({ pid, ageMs, words })
const command = ['sleep', '100']

it('knows a command by its words, and the first that was begun since it was asked for', () => {
  const seen = [
    begun(1, 60_000, ...command),
    begun(2, 900, ...command),
    begun(3, 500, ...command),
    begun(4, 950, 'x'),
  ]
  expect(whichOf(seen, command, 1_000)?.pid).toBe(2)
})

it('knows one that has become another program only where there is no other of its time', () => {
  const other = begun(2, 900, 'node', 'server.js')
  expect(whichOf([begun(1, 60_000, 'sh'), other], ['npm', 'start'], 1_000)?.pid).toBe(2)
  expect(whichOf([other, begun(3, 800, 'x')], ['npm', 'start'], 1_000)).toBeUndefined()
  expect(whichOf([], command, 1_000)).toBeUndefined()
})
