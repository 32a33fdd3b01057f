import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ephemeralPort } from '../../src/base/ports.ts'
import { type Forwards, openForwards } from '../../src/forward/forwards.ts'
import type { Targets } from '../../src/forward/target.ts'
import type { Forward } from '../../src/model/forward.ts'

let forwards: Forwards
beforeEach(() => {
  forwards = openForwards()
})
afterEach(() => forwards[Symbol.asyncDispose]())

const nobody: Targets = {
  ready: () => [],
  changed: async signal => void (await once(signal, 'abort')),
}

async function anyForward(auto = false): Promise<Forward> {
  return { address: '127.0.0.1', local: await ephemeralPort(), port: 80, auto }
}

const listens = (port: number) =>
  new Promise<boolean>(resolve => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

it('lends a port beside those that are kept, which come and go without it', async () => {
  const lent = await forwards.lend('api', await anyForward(), nobody)
  const kept = await forwards.open('api', await anyForward(), nobody)
  expect(forwards.of('api').map(({ port }) => port)).toEqual([lent.port, kept])
  await forwards.keepOnly('api', [])
  expect([await listens(lent.port), await listens(kept)]).toEqual([true, false])
})

it('lends the same twice, where another port will do, and each is closed with its connections by itself', async () => {
  const wanted = await anyForward(true)
  const [one, two] = await Promise.all([
    forwards.lend('api', wanted, nobody),
    forwards.lend('api', wanted, nobody),
  ])
  const socket = connect({ port: one.port, host: '127.0.0.1' }).on('error', () => {})
  await expect.poll(() => forwards.of('api')[0]?.held).toBe(1)
  const gone = once(socket, 'close')
  await one[Symbol.asyncDispose]()
  await gone
  await one.closed
  expect([await listens(one.port), await listens(two.port)]).toEqual([false, true])
  await one[Symbol.asyncDispose]()
})

it('tells whoever has a lent port that all were closed', async () => {
  const lent = await forwards.lend('api', await anyForward(), nobody)
  await forwards[Symbol.asyncDispose]()
  await lent.closed
  expect(await listens(lent.port)).toBe(false)
})

it('names the forward that has a port already', async () => {
  const kept = await anyForward()
  await forwards.open('api', kept, nobody)
  const lent = await anyForward()
  await forwards.lend('web', lent, nobody)
  await expect(forwards.lend('db', kept, nobody)).rejects.toMatchObject({
    message: `Port ${kept.local}, which leads to db, is taken by the forward ${kept.local}:80 of api.`,
  })
  await expect(forwards.open('db', lent, nobody)).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: `Port ${lent.local}, which leads to db, is taken by devk forward web.`,
  })
})
