import { expect, it } from 'vitest'
import { supervised } from '../../../src/kube/manifests/supervise.ts'
import type { KubeObject } from '../../../src/kube/object.ts'

const object = (containers: object[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'x' },
  spec: {
    template: { spec: { containers, initContainers: [{ name: 'first' }], volumes: [{ name: 'data' }] } },
  },
})

interface Supervised {
  command: string[]
  args: string[]
  volumeMounts: object[]
}

async function supervise(container: object): Promise<Supervised> {
  const [changed] = await supervised([object([{ name: 'main', image: 'api', ...container }])], {
    wanted: () => ['main'],
    command: ['/.devk/busybox', 'sh', '-c', 'echo $$', 'sh'],
    image: 'tools',
    configOf: async () => ({ entrypoint: ['/entry', '$HOME'], command: ['serve'] }),
  })
  return templateOf(changed).containers[0] as Supervised
}

function templateOf(changed: KubeObject | undefined) {
  const { template } = (changed as KubeObject)['spec'] as { template: { spec: Record<string, object[]> } }
  return template.spec as { containers: object[]; initContainers: object[]; volumes: object[] }
}

const before = ['/.devk/busybox', 'sh', '-c', 'echo $$$$', 'sh']

it('runs what the image runs by itself, as Kubernetes would: nothing in it is a variable', async () => {
  const { command, args } = await supervise({})
  expect(command).toEqual([...before, '/entry', '$$HOME'])
  expect(args).toEqual(['serve'])
})

it('runs the command of the manifest instead, without the image’s arguments', async () => {
  const { command, args } = await supervise({ command: ['run', '$(NAME)'] })
  expect(command).toEqual([...before, 'run', '$(NAME)'])
  expect(args).toEqual([])
})

it('gives the arguments of the manifest to the image’s entrypoint', async () => {
  const { command, args } = await supervise({ args: ['$(PORT)'] })
  expect(command).toEqual([...before, '/entry', '$$HOME'])
  expect(args).toEqual(['$(PORT)'])
})

it('brings its tools by a container that the strictest of namespaces lets run, and keeps what was there', async () => {
  const [changed] = await supervised(
    [object([{ name: 'main', volumeMounts: [{ name: 'data', mountPath: '/d' }] }])],
    {
      wanted: () => ['main'],
      command: [],
      image: 'tools',
      configOf: async () => ({ entrypoint: [], command: [] }),
    },
  )
  const { containers, initContainers, volumes } = templateOf(changed)
  expect(volumes).toEqual([{ name: 'data' }, { name: 'devk-tools', emptyDir: {} }])
  expect(initContainers).toMatchObject([
    { image: 'tools', securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false } },
    { name: 'first' },
  ])
  expect((containers[0] as Supervised).volumeMounts).toEqual([
    { name: 'data', mountPath: '/d' },
    { name: 'devk-tools', mountPath: '/.devk', readOnly: true },
  ])
})

it('leaves alone what nobody wants to restart, and other containers', async () => {
  const options = { command: [], image: 'tools', configOf: async () => ({ entrypoint: [], command: [] }) }
  const two = object([{ name: 'main' }, { name: 'side' }])
  expect(await supervised([two], { ...options, wanted: () => [] })).toEqual([two])
  const [changed] = await supervised([two], { ...options, wanted: () => ['main'] })
  expect(templateOf(changed).containers[1]).toEqual({ name: 'side' })
})
