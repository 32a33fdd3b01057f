import { expect, it } from 'vitest'
import { decide, type Interest } from '../../src/sync/decide.ts'
import { rule } from './rule.ts'

const interest = (service: string, more: Partial<Interest> = {}): Interest => ({
  service,
  rules: [],
  builds: file => file.startsWith(`/repo/${service}/`),
  deploys: file => file.startsWith('/repo/k8s/'),
  ...more,
})

it('writes files into containers where a rule leads them there, and builds nothing for them', () => {
  const api = interest('api', { rules: [rule('/repo/api/src', '/app/src'), rule('/repo/api', '/all')] })
  expect(decide(['/repo/api/src/a.js', '/repo/api/b.js'], [api])).toEqual([
    {
      service: 'api',
      sync: [
        { file: '/repo/api/src/a.js', rules: [0, 1] },
        { file: '/repo/api/b.js', rules: [1] },
      ],
      rebuild: [],
      apply: [],
    },
  ])
})

it('builds anew for what is in no rule, and still writes what is in one', () => {
  const api = interest('api', { rules: [rule('/repo/api/src', '/app/src')] })
  const [toDo] = decide(['/repo/api/package.json', '/repo/api/src/a.js'], [api])
  expect(toDo?.rebuild).toEqual(['/repo/api/package.json'])
  expect(toDo?.sync.map(({ file }) => file)).toEqual(['/repo/api/src/a.js'])
})

it('builds for what a rule leaves out, where the image is made of it', () => {
  const leavesOut = (path: string) => path.endsWith('.test.js')
  const api = interest('api', { rules: [rule('/repo/api/src', '/app/src', { leavesOut })] })
  expect(decide(['/repo/api/src/a.test.js'], [api])[0]).toMatchObject({
    sync: [],
    rebuild: ['/repo/api/src/a.test.js'],
  })
})

it('applies where only a manifest changed', () => {
  expect(decide(['/repo/k8s/api.yaml'], [interest('api')])).toEqual([
    { service: 'api', sync: [], rebuild: [], apply: ['/repo/k8s/api.yaml'] },
  ])
})

it('writes a shared folder into every service that has a rule for it', () => {
  const rules = [rule('/repo/shared', '/shared')]
  const toDo = decide(['/repo/shared/x'], [interest('api', { rules }), interest('web', { rules })])
  expect(toDo.map(({ service, sync }) => [service, sync.length])).toEqual([
    ['api', 1],
    ['web', 1],
  ])
})

it('does nothing for what nobody is made of', () => {
  expect(decide(['/repo/README.md'], [interest('api')])).toEqual([])
})
