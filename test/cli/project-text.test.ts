import { expect, it } from 'vitest'
import { upText } from '../../src/cli/project-text.ts'
import type { RunReport, ServiceStatus } from '../../src/model/project-status.ts'

const report = (more: Partial<RunReport> = {}): RunReport => ({
  built: 0,
  pushed: 0,
  applied: 0,
  removed: [],
  done: [],
  failures: [],
  held: [],
  ms: 5,
  ...more,
})
const service = (name: string, more: Partial<ServiceStatus>): ServiceStatus => ({
  name,
  state: 'ready',
  ready: 1,
  wanted: 1,
  restarts: 0,
  urls: [],
  forwards: [],
  ...more,
})
const text = (run: RunReport, ...services: ServiceStatus[]) =>
  upText({
    run,
    status: {
      name: 'shop',
      folder: '/shop',
      namespace: 'shop',
      cluster: { name: 'shop', state: 'running' },
      running: undefined,
      services,
    },
  })

const failed = { what: 'decrypting db', error: { code: 'X', message: 'No key.' } }

it('an up that failed names who is not deployed, also where the image is built, and not who is only an image', () => {
  const services = [
    service('base', { state: 'image' }),
    service('api', { state: 'image', why: 'it is not deployed' }),
    service('db', { state: 'missing', why: 'it is not deployed' }),
    service('web', {}),
  ]
  expect(text(report({ failures: [failed] }), ...services)).toContain(
    'shop is not ready: api is not deployed, db is missing.',
  )
})

it('what was held back is told by what would have come last', () => {
  const held = Array.from({ length: 9 }, (_, index) => ({ what: `step ${index}`, reason: 'it needs db' }))
  expect(text(report({ failures: [failed], held }))).toContain(
    'Not done because of that: step 3, step 4, step 5, step 6, step 7, step 8 and 3 more.',
  )
})
