import { expect, it } from 'vitest'
import type { Answer, CommandContext } from '../../src/cli/command.ts'
import { forward } from '../../src/cli/commands/forward.ts'
import { parse } from '../../src/cli/parse.ts'
import type { OpenedForward } from '../../src/protocol/operations.ts'

async function run(words: string[], services: object[] = []) {
  const printed: Answer[] = []
  const asked: unknown[] = []
  const invocation = parse(['forward', ...words], [forward])
  if (invocation.kind !== 'run') throw new Error('no command')
  const context = {
    askProject: async () => ({ services }),
    follow: async (_: string, input: unknown, onItem: (item: OpenedForward) => void) => {
      asked.push(input)
      onItem({ service: 'api', address: '127.0.0.1', local: 3000, port: 8080 })
      onItem({ service: 'api', address: '::1', local: 9229, port: 9229 })
      return {}
    },
    print: (answer: Answer) => printed.push(answer),
  } as unknown as CommandContext
  return { answer: await forward.run(invocation.parsed, context), asked, printed }
}

it('asks for the ports as they were typed, and prints each that is open', async () => {
  const { asked, printed, answer } = await run(['api', 'auto:3000:http', '9229'])
  expect(asked).toEqual([{ service: 'api', ports: ['auto:3000:http', '9229'] }])
  expect(printed.map(({ text }) => text)).toEqual(['api  127.0.0.1:3000 → 8080', 'api  [::1]:9229 → 9229'])
  expect(printed[0]?.json).toEqual({ service: 'api', address: '127.0.0.1', local: 3000, port: 8080 })
  expect(answer).toEqual({ json: undefined, text: '' })
})

it('shows the ports that there are where no service is named', async () => {
  expect((await run([])).answer).toEqual({
    json: [],
    text: 'No port of this machine leads to a service now.',
  })
  const state = {
    forward: { address: '127.0.0.1', local: 3000, port: 'http', auto: false },
    port: 3000,
    open: [{ target: 'api-1', connections: 2 }],
    ...{ held: 1, connections: 9, refused: 0, bytesIn: 10, bytesOut: 2_000 },
  }
  const { answer } = await run([], [{ name: 'api', forwards: [state] }])
  expect(answer.text).toMatch(
    /^PORT +LEADS TO .*\nlocalhost:3000 +api:http: api-1 \(2\) +2 +1 +0 +9 +10 B +2.0 kB$/,
  )
  expect(answer.json).toEqual([{ service: 'api', ...state }])
})

it('says that a service alone is not enough', async () => {
  await expect(run(['api'])).rejects.toMatchObject({
    code: 'USAGE',
    hint: expect.stringContaining('devk forward api 3000:8080'),
  })
})
