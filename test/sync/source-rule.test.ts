import { expect, it } from 'vitest'
import { placeOf } from '../../src/sync/source-rule.ts'
import { rule } from './rule.ts'

it('leads what is in a folder to the same place below the target', () => {
  expect(placeOf(rule('/repo/src', '/app'), '/repo/src/a/b.js')).toEqual({ to: '/app', path: 'a/b.js' })
})

it('leads nothing of what is beside the folder, though its name begins alike', () => {
  const src = rule('/repo/src', '/app')
  for (const file of ['/repo/src', '/repo/src2/a', '/repo/a', '/']) expect(placeOf(src, file)).toBeUndefined()
})

it('leads a file to a file of any name', () => {
  const config = rule('/repo/dev.json', '/etc/app/config.json', { isFile: true })
  expect(placeOf(config, '/repo/dev.json')).toEqual({ to: '/etc/app', path: 'config.json' })
  expect(placeOf(config, '/repo/dev.json/x')).toBeUndefined()
})

it('leads nothing that the rule leaves out', () => {
  const leavesOut = (path: string) => path === 'a/b.log'
  const src = rule('/repo', '/app', { leavesOut })
  expect(placeOf(src, '/repo/a/b.log')).toBeUndefined()
  expect(placeOf(src, '/repo/b.log')).toBeDefined()
})
