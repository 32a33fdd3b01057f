import { expect, it } from 'vitest'
import { whileSame } from '../../src/resources/while-same.ts'

const { signal } = new AbortController()

/** Work that ends only by its signal. */
const endless = (stillSame: AbortSignal) =>
  new Promise<void>((_, reject) => stillSame.addEventListener('abort', () => reject(stillSame.reason)))

it('ends the work once the answer is another one', async () => {
  const answers = ['a', 'b']
  await whileSame('a', async () => answers.shift() ?? '', signal, endless)
  expect(answers).toEqual([])
})

it('leaves the work alone as long as the answer is the same, or there is none', async () => {
  let ended = false
  const work = async (stillSame: AbortSignal) => {
    await new Promise(resolve => setTimeout(resolve, 1_500))
    ended = !stillSame.aborted
  }
  await Promise.all([
    whileSame('a', async () => 'a', signal, work),
    whileSame('a', async () => Promise.reject(new Error('gone')), signal, work),
  ])
  expect(ended).toBe(true)
})

it('throws what the work throws by itself, and what ends all', async () => {
  const failing = () => Promise.reject(new Error('exit code 1'))
  await expect(whileSame('a', async () => 'a', signal, failing)).rejects.toThrow('exit code 1')
  const all = new AbortController()
  const ended = expect(whileSame('a', async () => 'a', all.signal, endless)).rejects.toThrow('enough')
  all.abort(new Error('enough'))
  await ended
})
