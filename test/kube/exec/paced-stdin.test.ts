import { Duplex, PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { pacedStdin } from '../../../src/kube/exec/paced-stdin.ts'

/** A command whose other side answers when it is told to. */
function command() {
  const parts: number[] = []
  const questions: (() => void)[] = []
  const stdin = new Duplex({
    read() {},
    write(bytes: Buffer, _, done) {
      parts.push(bytes.length)
      done()
    },
  })
  const outputs = [new PassThrough(), new PassThrough()]
  for (const output of outputs) output.resume()
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const connection = {
    caughtUp: () => new Promise<void>(resolve => questions.push(resolve)),
    together: <T>(write: () => T) => write(),
  }
  return {
    parts,
    outputs,
    end,
    stdin: pacedStdin(stdin, connection, { outputs, ended }),
    /** Takes the oldest part that it has not taken yet. */
    async takes(count = 1) {
      await settled()
      for (let taken = 0; taken < count; taken++) {
        questions.shift()?.()
        await settled()
      }
    },
  }
}

const settled = () => new Promise(resolve => setTimeout(resolve, 1))

it('gets one small part at first, and a larger one each time that one was taken', async () => {
  const { stdin, parts, takes } = command()
  stdin.write(Buffer.alloc(1_000_000))
  await settled()
  expect(parts).toEqual([1_000])
  await takes(3)
  expect(parts).toEqual([1_000, 2_000, 3_000, 4_000])
  await takes(20)
  expect(parts.at(-1)).toBe(16_000)
  expect(parts).toHaveLength(24)
})

it('gets many at once when it has taken more than is kept for one who does not read', async () => {
  const { stdin, parts, takes } = command()
  stdin.write(Buffer.alloc(4_000_000))
  await takes(64)
  const before = parts.length
  await takes(1)
  expect(parts.length - before).toBeGreaterThan(8)
  expect(parts.at(-1)).toBeGreaterThan(16_000)
})

it('gets nothing more when it has closed all that it prints to, until it is known to go on', async () => {
  const { stdin, parts, outputs, takes, end } = command()
  stdin.write(Buffer.alloc(100_000))
  outputs[0]?.end()
  await takes()
  expect(parts).toHaveLength(2)
  outputs[1]?.end()
  await settled()
  await takes()
  expect(parts).toHaveLength(2)
  end()
  await settled()
  expect(parts).toHaveLength(3)
})

it('gets the rest where it closed what it prints to and reads on', async () => {
  const { stdin, parts, outputs, takes } = command()
  for (const output of outputs) output.end()
  await settled()
  stdin.write(Buffer.alloc(100_000))
  await expect.poll(() => parts.length, { timeout: 10_000 }).toBe(1)
  await takes()
  expect(parts).toHaveLength(2)
})

it('loses and reorders nothing of what it is given', async () => {
  const got: Buffer[] = []
  const stdin = new Duplex({
    read() {},
    write(bytes: Buffer, _, done) {
      got.push(Buffer.from(bytes))
      setImmediate(done)
    },
  })
  const asked = Buffer.from(Array.from({ length: 2_000_003 }, (_, index) => index % 251))
  const paced = pacedStdin(
    stdin,
    { caughtUp: async () => void (await settled()), together: write => write() },
    { outputs: [new PassThrough()], ended: new Promise(() => {}) },
  )
  for (let start = 0; start < asked.length; start += 70_001)
    paced.write(asked.subarray(start, start + 70_001))
  await new Promise<void>(resolve => paced.end(resolve))
  expect(Buffer.concat(got).equals(asked)).toBe(true)
})
