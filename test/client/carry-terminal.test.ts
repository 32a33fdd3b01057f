import { createHash } from 'node:crypto'
import { duplexPair, PassThrough, Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { carryTerminal, type LocalTerminal } from '../../src/client/carry-terminal.ts'
import { type ClientTerminal, clientTerminal } from '../../src/daemon/client-terminal.ts'
import { STDIN_WINDOW, type TerminalInput } from '../../src/protocol/terminal.ts'

/** Both ends of one conversation: what the daemon holds, and what it is told. */
function conversation(local: Partial<LocalTerminal> = {}) {
  const [near, far] = duplexPair()
  const stdout = new PassThrough({ highWaterMark: 1 << 26 })
  const stderr = new PassThrough({ highWaterMark: 1 << 26 })
  const stdin = Readable.from([])
  const notes: string[] = []
  const ended = carryTerminal<{ exitCode: number }>(near, {
    stdin,
    stdout,
    stderr,
    onNote: note => void notes.push(note),
    ...local,
  })
  ended.catch(() => {})
  const remote: ClientTerminal = clientTerminal(Promise.resolve(far), far)
  const said: TerminalInput[] = []
  return { near, far, stdout, stderr, notes, ended, remote, said }
}

const result = (exitCode: number) => ({ type: 'result' as const, value: { exitCode } })

it('keeps stdout and stderr apart, and ends with the result', async () => {
  const { remote, stdout, stderr, notes, ended } = conversation()
  await remote.write('stdout', Buffer.from('out'))
  await remote.write('stderr', Buffer.from('err'))
  remote.tell({ type: 'note', message: 'by the way' })
  remote.tell(result(7))
  expect(await ended).toEqual({ exitCode: 7 })
  stdout.end()
  stderr.end()
  expect([await text(stdout), await text(stderr), notes]).toEqual(['out', 'err', ['by the way']])
})

it('brings all of stdin, however much, and its end after it', async () => {
  const block = Buffer.alloc(1 << 16, 'devk')
  const blocks = 200
  const { remote, ended } = conversation({
    stdin: Readable.from(Array.from({ length: blocks }, () => block)),
  })
  const hash = createHash('sha256')
  remote.follow({
    stdin(bytes, taken) {
      hash.update(bytes)
      setImmediate(taken)
    },
    said: ({ type }) => void (type === 'end' && remote.tell(result(0))),
  })
  await ended
  const whole = createHash('sha256').update(Buffer.concat(Array.from({ length: blocks }, () => block)))
  expect(hash.digest('hex')).toBe(whole.digest('hex'))
})

it('sends no more of stdin than the command takes, and a signal is behind none of it', async () => {
  let sent = 0
  const endless = new Readable({
    read() {
      sent += 1 << 16
      this.push(Buffer.alloc(1 << 16))
    },
  })
  let pass = (_: 'SIGINT') => {}
  const { remote, ended } = conversation({
    stdin: endless,
    events: ({ signal }) => {
      pass = signal
    },
  })
  let came = 0
  const signalled = new Promise<void>(resolve => {
    remote.follow({
      stdin(bytes) {
        came += bytes.length
        // Nobody takes it.
        if (came >= STDIN_WINDOW) pass('SIGINT')
      },
      said: ({ type }) => void (type === 'signal' && resolve()),
    })
  })
  await signalled
  expect(came).toBeLessThanOrEqual(STDIN_WINDOW + (1 << 16))
  expect(sent).toBeLessThan(2 * STDIN_WINDOW)
  remote.tell(result(0))
  await ended
  endless.destroy()
})

it('holds up the command while nobody reads its output', async () => {
  const waiting: (() => void)[] = []
  const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void waiting.push(done) })
  const { remote, ended } = conversation({ stdout: slow })
  let written = 0
  const writing = (async () => {
    for (; written < 100; written++) await remote.write('stdout', Buffer.alloc(1 << 16))
    remote.tell(result(0))
  })()
  await expect.poll(() => waiting.length).toBe(1)
  const before = written
  expect(before).toBeLessThan(20)
  const reader = setInterval(() => waiting.shift()?.(), 0)
  await writing
  await ended
  clearInterval(reader)
})

it('throws what the daemon tells, and says so where it is cut off', async () => {
  const told = conversation()
  told.remote.tell({ type: 'error', error: { code: 'POD_GONE', message: 'gone' } })
  await expect(told.ended).rejects.toMatchObject({ code: 'POD_GONE' })
  const cut = conversation()
  cut.far.destroy()
  cut.near.destroy()
  await expect(cut.ended).rejects.toMatchObject({ code: 'DAEMON_ENDED' })
})

it('ends quietly where nobody reads the output any more', async () => {
  const closed = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('closed'), { code: 'EPIPE' })),
  })
  closed.on('error', () => {})
  const { remote, ended } = conversation({ stdout: closed })
  for (let count = 0; count < 3; count++) await remote.write('stdout', Buffer.from('more'))
  await expect(ended).rejects.toMatchObject({ code: 'STDOUT_CLOSED' })
})
