import { expect, it } from 'vitest'
import { DevkError } from '../../src/base/errors.ts'
import type { Node } from '../../src/engine/node.ts'
import { type NodeState, plan } from '../../src/engine/plan.ts'

const node = (id: string, needs: string[] = [], pool?: string): Node => ({
  id,
  title: `the ${id}`,
  needs,
  pool,
  fingerprint: async () => ({}),
  apply: async () => ({}),
})
const done: NodeState = { is: 'unchanged', output: {} }
const failed: NodeState = { is: 'failed', error: new DevkError({ code: 'X', message: 'x' }) }

function planned(nodes: Node[], states: Record<string, NodeState>, places = {}) {
  const all = new Map(nodes.map(({ id }) => [id, states[id] ?? { is: 'waiting' as const }]))
  const { look, work, held, waiting } = plan(nodes, all, places)
  return {
    look: look.map(({ id }) => id),
    work: work.map(({ id }) => id),
    held: held.map(({ node: { id }, reason }) => `${id}: ${reason}`),
    waiting: waiting.map(({ node: { id }, reason }) => `${id}: ${reason}`),
  }
}

it('looks at once at all that needs nothing, and says for what the others wait', () => {
  expect(planned([node('cluster'), node('image'), node('app', ['cluster', 'image'])], {})).toEqual({
    look: ['cluster', 'image'],
    work: [],
    held: [],
    waiting: ['app: waits for the cluster, the image'],
  })
})

it('looks at a node once the last of its needs is done', () => {
  const nodes = [node('cluster'), node('image'), node('app', ['cluster', 'image'])]
  expect(planned(nodes, { cluster: done, image: { is: 'working' } }).waiting).toEqual([
    'app: waits for the image',
  ])
  expect(planned(nodes, { cluster: done, image: done }).look).toEqual(['app'])
})

it('holds what needs something that failed, and what needs that, and nothing else', () => {
  const nodes = [node('db'), node('api', ['db']), node('web', ['api']), node('other')]
  const first = planned(nodes, { db: failed })
  expect(first.held).toEqual(['api: it needs the db, which failed'])
  expect(first.look).toEqual(['other'])
  const held: NodeState = { is: 'held', reason: '' }
  expect(planned(nodes, { db: failed, api: held }).held).toEqual([
    'web: it needs the api, which was not done',
  ])
})

it('gives a pool’s places to no more nodes than there are, those that work already counted', () => {
  const nodes = ['a', 'b', 'c', 'd'].map(id => node(id, [], 'build'))
  const ready: NodeState = { is: 'ready' }
  const { work, waiting } = planned(
    nodes,
    { a: { is: 'working' }, b: ready, c: ready, d: ready },
    { build: 2 },
  )
  expect(work).toEqual(['b'])
  expect(waiting).toEqual(['c: waits for its turn, 2 at a time', 'd: waits for its turn, 2 at a time'])
})

it('lets looking take no place', () => {
  const nodes = ['a', 'b', 'c'].map(id => node(id, [], 'build'))
  expect(planned(nodes, {}, { build: 1 }).look).toEqual(['a', 'b', 'c'])
})
