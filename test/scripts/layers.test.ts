import { expect, it } from 'vitest'
import { importFaults } from '../../scripts/layers.ts'

const edge = (from: string, to: string) => ({ from, to, line: 1 })

it('lets a layer import what is below it', () => {
  expect(
    importFaults([edge('daemon/main.ts', 'cluster/record.ts'), edge('cli/main.ts', 'client/perform.ts')]),
  ).toEqual([])
})

it('refuses an import that goes up', () => {
  expect(importFaults([edge('base/errors.ts', 'model/steps.ts')])).toEqual([
    'src/base/errors.ts:1: base may not import model (src/model/steps.ts)',
  ])
})

it('keeps the thin side and the engine away from the providers that stand below them', () => {
  expect(importFaults([edge('cli/main.ts', 'docker/connect.ts')])).toHaveLength(1)
  expect(importFaults([edge('client/perform.ts', 'kube/api.ts')])).toHaveLength(1)
  expect(importFaults([edge('engine/run.ts', 'exec/run.ts')])).toHaveLength(1)
})

it('refuses a file that is in no layer', () => {
  expect(importFaults([edge('cli/main.ts', 'utils/misc.ts')])).toEqual([
    'src/cli/main.ts:1: src/utils/misc.ts is in no layer',
  ])
})

it('names a cycle with the files along it', () => {
  const cycle = [
    edge('base/a.ts', 'base/b.ts'),
    edge('base/b.ts', 'base/c.ts'),
    edge('base/c.ts', 'base/a.ts'),
  ]
  expect(importFaults(cycle)).toEqual(['cycle: base/a.ts → base/b.ts → base/c.ts → base/a.ts'])
})
