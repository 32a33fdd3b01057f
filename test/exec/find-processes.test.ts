import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { findProcesses } from '../../src/exec/find-processes.ts'
import { endProcess } from '../../src/exec/process-identity.ts'

it('finds a process by its arguments, and no other', async () => {
  const mark = `mark-${process.pid}`
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', mark])
  await once(child, 'spawn')
  await expect
    .poll(() => findProcesses(args => args.includes(mark)))
    .toEqual([{ pid: child.pid, started: expect.any(String) }])
  expect(await findProcesses(args => args.includes(`${mark}-other`))).toEqual([])
  const ended = once(child, 'exit')
  const [found] = await findProcesses(args => args.includes(mark))
  if (found) await endProcess(found)
  await ended
})
