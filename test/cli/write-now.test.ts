import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

const LENGTH = 4_000_000
const file = resolve(import.meta.dirname, '../../src/cli/write-now.ts')

/** In a process of its own, with a pipe for its output, as in `devk status --json | jq`. */
function writing(before = '') {
  const script = `
    import { writeNow } from ${JSON.stringify(file)}
    ${before}
    writeNow('stdout', 'é'.repeat(${LENGTH / 2}))
    process.stderr.write('done')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { child, complaint: text(child.stderr), ended: once(child, 'close') }
}

it('writes all of it, however slowly it is read', async () => {
  const { child, ended } = writing()
  expect(Buffer.byteLength(await text(child.stdout))).toBe(LENGTH)
  expect((await ended)[0]).toBe(0)
})

it('writes all of it where the pipe takes only so much at a time', async () => {
  // Opening Node’s own stream makes the pipe one that does not block.
  const { child, ended } = writing('process.stdout.fd')
  await new Promise(resolve => setTimeout(resolve, 200))
  expect(Buffer.byteLength(await text(child.stdout))).toBe(LENGTH)
  expect((await ended)[0]).toBe(0)
})

it('ends quietly where nobody reads any more, as before head', async () => {
  const { child, complaint, ended } = writing()
  child.stdout.destroy()
  expect((await ended)[0]).toBe(0)
  expect(await complaint).toBe('done')
})
