import { expect, it } from 'vitest'
import { followK3d } from '../../src/cluster/k3d/steps.ts'
import { followKind } from '../../src/cluster/kind/steps.ts'
import { Steps } from '../../src/model/steps.ts'

function recorded() {
  const seen: string[] = []
  const steps = new Steps(progress => {
    if (progress.type === 'step') seen.push(`${progress.title}: ${progress.state}`)
  })
  return { seen, steps }
}

it('makes steps of kind’s own lines', () => {
  const { seen, steps } = recorded()
  const titles: string[] = []
  const follow = followKind(steps, title => titles.push(title))
  const lines = [
    'Creating cluster "shop" ...',
    ' • Ensuring node image (kindest/node:v1.33.4) 🖼  ...',
    ' ✓ Ensuring node image (kindest/node:v1.33.4) 🖼',
    ' • Preparing nodes 📦 📦   ...',
    ' ✗ Preparing nodes 📦 📦 ',
  ]
  for (const line of lines) follow.line(line)
  expect(titles).toEqual(['Ensuring node image (kindest/node:v1.33.4)', 'Preparing nodes'])
  expect(seen).toEqual([
    'Ensuring node image (kindest/node:v1.33.4): started',
    'Ensuring node image (kindest/node:v1.33.4): done',
    'Preparing nodes: started',
    'Preparing nodes: failed',
  ])
})

it('closes the step that kind was at when it was ended', () => {
  const { seen, steps } = recorded()
  const follow = followKind(steps, () => {})
  follow.line(' • Preparing nodes 📦 📦   ...')
  follow.end('failed')
  expect(seen).toEqual(['Preparing nodes: started', 'Preparing nodes: failed'])
})

it('makes steps of k3d’s log, each closed by the next', () => {
  const { seen, steps } = recorded()
  const follow = followK3d(steps, () => {})
  for (const message of ['Prep: Network', 'Starting servers...', "Starting node 'k3d-shop-server-0'"]) {
    follow.line(`INFO[0000] ${message}`)
  }
  follow.end('done')
  expect(seen).toEqual([
    'Creating the network: started',
    'Creating the network: done',
    'Starting the server: started',
    'Starting the server: done',
  ])
})
