import { expect, it } from 'vitest'
import { parseBegun } from '../../src/cluster/node-processes.ts'

const base64 = (...words: string[]) => Buffer.from(`${words.join('\0')}\0`).toString('base64')

it('reads what a node tells of the commands in a container', () => {
  const listing = `321 500 7.25 ${base64('sh', '-c', 'echo "a\nb"')}\n44 100 7.25 \n`
  expect(parseBegun(listing)).toEqual([
    { pid: 321, ageMs: 2_250, words: ['sh', '-c', 'echo "a\nb"'] },
    { pid: 44, ageMs: 6_250, words: [''] },
  ])
  expect(parseBegun('')).toEqual([])
})
