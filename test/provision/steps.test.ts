import { describe, expect, it } from 'vitest'
import { runSteps, type Step, type StepEvent, type Weight } from '../../scripts/provision/steps.ts'
import { DevkError } from '../../src/base/errors.ts'

interface Gate {
  step: Step
  open(): void
  fail(): void
}

/** A step that goes on until the test lets it. */
function gated(id: string, { needs = [], weight = 'io' }: { needs?: string[]; weight?: Weight } = {}): Gate {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  promise.catch(() => {})
  const run: Step['run'] = ({ signal }) =>
    Promise.race([
      promise,
      new Promise<never>((_, end) => signal.addEventListener('abort', () => end(signal.reason))),
    ])
  const fail = () => reject(new DevkError({ code: 'NO', message: `${id} went wrong` }))
  return { step: { id, title: id, needs, weight, run }, open: resolve, fail }
}

function start(gates: Gate[], { cpu = 9, io = 9, signal = new AbortController().signal } = {}) {
  const log: string[] = []
  const onEvent = (event: StepEvent) => {
    if (event.kind !== 'detail') log.push(`${event.kind} ${event.step.id}`)
  }
  const steps = gates.map(({ step }) => step)
  const end = runSteps(steps, { limits: { cpu, io }, signal, onEvent })
  end.catch(() => {})
  return { log, end }
}

const settle = () => new Promise(resolve => setImmediate(resolve))

describe('running steps', () => {
  it('starts at the same time what does not depend on each other', async () => {
    const [a, b] = [gated('a'), gated('b')]
    const { log } = start([a, b])
    await settle()
    expect(log).toEqual(['started a', 'started b'])
  })

  it('starts a step when all that it needs is done', async () => {
    const [a, b, c] = [gated('a'), gated('b'), gated('c', { needs: ['a', 'b', 'here already'] })]
    const { log, end } = start([c, a, b])
    a.open()
    await settle()
    expect(log).not.toContain('started c')
    b.open()
    c.open()
    expect((await end).done).toEqual(['a', 'b', 'c'])
  })

  it('runs only so many heavy steps at once, those first in the list first', async () => {
    const heavy = ['a', 'b', 'c'].map(id => gated(id, { weight: 'cpu' }))
    const { log } = start([...heavy, gated('light')], { cpu: 2 })
    await settle()
    expect(log).toEqual(['started a', 'started b', 'started light'])
    heavy[1]?.open()
    await settle()
    expect(log).toContain('started c')
  })

  it('leaves out what needs a failed step, and finishes the rest', async () => {
    const [a, b] = [gated('a'), gated('b')]
    const after = [gated('after a', { needs: ['a'] }), gated('after that', { needs: ['after a'] })]
    const { log, end } = start([a, b, ...after])
    a.fail()
    await settle()
    b.open()
    const result = await end
    expect(result.done).toEqual(['b'])
    expect(result.failed).toMatchObject([{ step: { id: 'a' }, error: { message: 'a went wrong' } }])
    expect(result.leftOut).toEqual(['after a', 'after that'])
    expect(log).not.toContain('started after a')
  })

  it('ends what runs and starts nothing more when it is interrupted', async () => {
    const controller = new AbortController()
    const { log, end } = start([gated('a'), gated('b', { needs: ['a'] })], { signal: controller.signal })
    await settle()
    controller.abort(new DevkError({ code: 'INTERRUPTED', message: 'Interrupted.' }))
    await expect(end).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(log).toEqual(['started a', 'failed a'])
  })

  it('tells of steps that wait for each other instead of waiting too', async () => {
    const { end } = start([gated('a', { needs: ['b'] }), gated('b', { needs: ['a'] })])
    await expect(end).rejects.toThrow('a, b')
  })
})
