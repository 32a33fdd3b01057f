import { expect, it } from 'vitest'
import type { CommandContext } from '../../src/cli/command.ts'
import { sync } from '../../src/cli/commands/sync.ts'
import type { SyncOutput } from '../../src/protocol/operations.ts'

async function run(flags: string[], output: SyncOutput = { paused: false, services: [] }) {
  const asked: unknown[] = []
  const context = {
    askProject: async (...words: unknown[]) => {
      asked.push(words)
      return output
    },
  } as unknown as CommandContext
  const answer = await sync.run({ args: [], values: {}, flags: new Set(flags) }, context)
  return { asked, text: answer.text }
}

it('changes nothing where only its state is asked for', async () => {
  const { asked } = await run([])
  expect(asked).toEqual([['sync', { change: undefined }, 'start']])
})

it('pauses and goes on', async () => {
  expect((await run(['pause'])).asked).toEqual([['sync', { change: 'pause' }, 'start']])
  expect((await run(['resume'])).asked).toEqual([['sync', { change: 'resume' }, 'start']])
})

it('can’t do both at once', async () => {
  await expect(run(['pause', 'resume'])).rejects.toMatchObject({ code: 'USAGE' })
})

it('shows each service with what keeps it behind, and how to go on', async () => {
  const sync = { state: 'paused', behind: 2, why: 'devk sync --resume goes on' } as const
  const { text } = await run([], { paused: true, services: [{ name: 'api', sync }] })
  expect(text).toContain('Paused: devk sync --resume goes on.')
  expect(text).toMatch(/api +paused 2 files +devk sync --resume goes on/)
})
