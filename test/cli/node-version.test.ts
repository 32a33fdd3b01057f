import { expect, it } from 'vitest'
import { nodeFault } from '../../src/cli/node-version.ts'

it.each(['22.22.0', '22.22', '22.23.1', '24.0.0', '100.1.0'])('runs on Node.js %s', version => {
  expect(nodeFault(version)).toBeUndefined()
})

it.each(['20.20.2', '22.21.9', '9.0.0'])('says what it needs where Node.js is %s', version => {
  expect(nodeFault(version)).toContain(`needs Node.js 22.22 or later, and this is ${version}`)
})
