import { expect, it } from 'vitest'
import { startPeer } from '../../src/exec/peer.ts'

const peer = (code: string) => startPeer({ file: process.execPath, args: ['-e', code] })

it('exchanges lines both ways', async () => {
  const echo = peer(
    'process.stdin.on("data", data => { process.stdout.write(data); process.stdin.destroy() })',
  )
  echo.send('hello')
  const lines = []
  for await (const line of echo.lines) lines.push(line)
  expect(lines).toEqual(['hello'])
  expect(await echo.ended).toBe(0)
})

it('keeps what the peer complained of last', async () => {
  const failing = peer('console.error("no such thing"); process.exit(4)')
  expect(await failing.ended).toBe(4)
  expect(failing.complaint()).toContain('no such thing')
})

it('ends the peer at once when it is told to', async () => {
  const idle = peer('setInterval(() => {}, 1000)')
  idle.kill()
  expect(await idle.ended).toBe('SIGTERM')
})
