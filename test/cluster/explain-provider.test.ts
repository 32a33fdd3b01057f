import { expect, it } from 'vitest'
import { DevkError } from '../../src/base/errors.ts'
import { explainProvider } from '../../src/cluster/explain-provider.ts'

const spec = { name: 'shop', provider: 'kind', workers: 0, ports: [], mounts: [], labels: {} } as const

const explain = (detail: string) =>
  explainProvider(
    new DevkError({ code: 'COMMAND_FAILED', message: 'kind failed', detail }),
    structuredClone(spec) as never,
  )

it.each([
  ['write /x: no space left on device', 'DISK_FULL'],
  ['Bind for 127.0.0.1:8080 failed: port is already allocated', 'PORT_TAKEN'],
  ['pull access denied for kindest/node', 'IMAGE_MISSING'],
  [
    'ERROR: failed to create cluster: node(s) already exist for a cluster with the name "shop"',
    'NODES_APPEARED',
  ],
  ['Conflict. The container name "/k3d-shop-server-0" is already in use by container "1"', 'NODES_APPEARED'],
  ['kubelet is not healthy', 'CLUSTER_FAILED'],
])('reads %j as %s, says what is left, and keeps all of the output', (detail, code) => {
  expect(explain(detail)).toMatchObject({ code, detail, message: expect.stringContaining('was taken away') })
})

it('leaves every other error as it is', () => {
  const error = new DevkError({ code: 'INTERRUPTED', message: 'Interrupted.' })
  expect(explainProvider(error, structuredClone(spec) as never)).toBe(error)
})
