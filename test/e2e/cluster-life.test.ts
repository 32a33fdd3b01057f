import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { paths } from '../../src/base/paths.ts'
import { ephemeralPort } from '../../src/base/ports.ts'
import { readMachineImages } from '../../src/cluster/images.ts'
import type { ClusterStatus } from '../../src/model/cluster.ts'
import { type Home, newHome, succeeded } from './support/devk.ts'
import { pushImage, startUpstream, type Upstream } from './support/images.ts'
import { docker, eventually, kubectl, leftovers, rollOut } from './support/machine.ts'
import { sideBySide } from './support/side-by-side.ts'
import { everywhere, workload } from './support/workload.ts'

const NODE_PORT = 30080

const WORKERS = 1
const providers = ['kind', 'k3d'] as const

let home: Home
const upstreams = new Map<string, Upstream>()

beforeAll(async () => {
  home = await newHome()
  const { registry } = await readMachineImages(paths().machine)
  const mirrors: Record<string, string> = {}
  for (const provider of providers) {
    const upstream = await startUpstream(`e2e-upstream-${provider}`, registry)
    upstreams.set(provider, upstream)
    await upstream.push('third/party:1')
    mirrors[`${provider}.upstream.test`] = upstream.url
  }
  await mkdir(join(home.folder, 'config'), { recursive: true })
  await writeFile(join(home.folder, 'config', 'config.json'), JSON.stringify({ registry: { mirrors } }))
  await mkdir(join(home.folder, 'shared'))
  await writeFile(join(home.folder, 'shared', 'note'), 'from the host')
})

afterAll(async () => {
  for (const upstream of upstreams.values()) await upstream[Symbol.asyncDispose]()
  await home[Symbol.asyncDispose]()
})

sideBySide(
  providers,
  provider => `a ${provider} cluster`,
  provider => {
    const name = `e2e-${provider}`
    const thirdParty = `${provider}.upstream.test/third/party:1`
    const usersKubeconfig = () => join(home.folder, `kubeconfig-${provider}`)
    let hostPort: number
    let kube: ReturnType<typeof kubectl>

    beforeAll(async () => {
      hostPort = await ephemeralPort()
      kube = kubectl(join(home.folder, 'state', 'clusters', name, 'kubeconfig'))
    })

    afterAll(async () => {
      await devk('cluster', 'delete', name)
    })

    const devk = (...args: string[]) => home.start(args, { env: { KUBECONFIG: usersKubeconfig() } }).ended
    const create = (...more: string[]) =>
      devk(
        ...['cluster', 'create', name, '--provider', provider, '--workers', String(WORKERS)],
        ...[
          '--port',
          `${hostPort}:${NODE_PORT}`,
          '--mount',
          './shared:/shared:ro',
          '--label',
          'tier=test',
          ...more,
        ],
      )
    const status = async () =>
      JSON.parse((await devk('cluster', 'status', name, '--json')).stdout) as ClusterStatus

    /** From the host's port to the data on the volume; where nothing comes, the error says what the pods are at. */
    async function servesAtHostPort(): Promise<void> {
      try {
        await eventually(async () => {
          // A connection that was made while nodes were still finding each other may never be answered.
          const response = await fetch(`http://127.0.0.1:${hostPort}/`, {
            headers: { connection: 'close' },
            signal: AbortSignal.timeout(2_000),
          })
          expect(await response.text()).toBe('written once\n')
        })
      } catch (cause) {
        throw new Error(await kube(['get', 'pods,services,endpointslices', '-A', '-o', 'wide']), { cause })
      }
    }

    it('is created in visible steps and is ready then, with all its nodes', async () => {
      const result = succeeded(await create())
      expect(result.stderr).toContain('✓ Waiting for the nodes')
      expect(result.stdout).toContain(`Cluster ${name} is ready`)
      const { state, nodes, ours, registry } = await status()
      expect(state).toEqual({ is: 'running' })
      expect(ours).toBe(true)
      expect(nodes.map(({ role, ready }) => ({ role, ready }))).toEqual([
        { role: 'control-plane', ready: true },
        { role: 'worker', ready: true },
      ])
      expect(registry).toMatch(/^localhost:\d+$/)
    })

    it('gives every node the labels and mounts that were asked for', async () => {
      const labelled = await kube(['get', 'nodes', '-l', 'tier=test', '-o', 'name'])
      expect(labelled.split('\n')).toHaveLength(1 + WORKERS)
      for (const { name: node } of (await status()).nodes) {
        expect(await docker('exec', node, 'cat', '/shared/note')).toBe('from the host')
      }
    })

    it('tells other tools of its registry by the ConfigMap that they look for', async () => {
      const { registry } = await status()
      const hosting = await kube([
        '-n',
        'kube-public',
        'get',
        'configmap',
        'local-registry-hosting',
        '-o',
        'yaml',
      ])
      expect(hosting).toContain(`host: "${registry}"`)
    })

    it('runs an image that was pushed at localhost in every node under that name', async () => {
      const image = `${(await status()).registry}/e2e/${provider}:1`
      await pushImage(image)
      await kube(['apply', '-f', '-'], everywhere('pushed', image))
      await rollOut(kube, 'daemonset/pushed')
    })

    it('runs a third-party image through the machine’s mirror in every node', async () => {
      await kube(['apply', '-f', '-'], everywhere('third-party', thirdParty))
      await rollOut(kube, 'daemonset/third-party')
    })

    it('runs an image of a public registry that was pushed to its place in the mirror', async () => {
      const { registry } = await status()
      await pushImage(`${registry}/docker.io/library/e2e-${provider}:1`)
      await kube(['apply', '-f', '-'], everywhere('public', `e2e-${provider}:1`))
      await rollOut(kube, 'daemonset/public')
    })

    it('serves a workload at the host port, and its pods find services by name', async () => {
      const image = `${(await status()).registry}/e2e/${provider}:1`
      await kube(['apply', '-f', '-'], workload(image, { hostPort: NODE_PORT }))
      await rollOut(kube, 'deployment/probe')
      await servesAtHostPort()
      await eventually(async () => {
        const answer = await kube([
          'exec',
          'daemonset/pushed',
          '--',
          'wget',
          '-qO-',
          'http://probe.default.svc.cluster.local',
        ])
        expect(answer).toBe('written once')
      })
    })

    it('is left alone by a second create', async () => {
      const nodes = () =>
        docker('ps', '--no-trunc', '--filter', `name=${name}`, '--format', '{{.ID}} {{.Names}}')
      const before = await nodes()
      const result = await create('--json')
      expect(JSON.parse(result.stdout)).toMatchObject({ outcome: 'unchanged' })
      expect(before).toContain(name)
      expect(await nodes()).toBe(before)
    })

    it('is never recreated silently where it differs: the differences and what keeps it are named', async () => {
      const result = await devk('cluster', 'create', name, '--workers', '3', '--kubernetes', '1.99')
      expect(result.code).toBe(1)
      expect(result.stderr).toContain('workers: asked 3, made with 1')
      expect(result.stderr).toMatch(/kubernetes: asked 1\.99, made with 1\.\d+/)
      expect(result.stderr).toContain('To keep it, ask for: workers: 1')
      expect(result.stderr).toContain('the same command with --recreate')
      expect((await status()).state).toEqual({ is: 'running' })
    })

    it('is not taken away for one that can’t be made', async () => {
      const result = await create('--recreate', '--config', 'no-such-file.yaml')
      expect(result.code).toBe(2)
      expect((await create('--recreate', '--port', '1:1', '--kubernetes', '0.1')).code).toBe(1)
      expect((await status()).state).toEqual({ is: 'running' })
    })

    it('does not answer while its node hangs: it says so, and is not taken for another cluster', async () => {
      const { nodes } = await status()
      const node = nodes[0]?.name ?? ''
      await docker('pause', node)
      try {
        expect((await status()).state).toMatchObject({
          is: 'unreachable',
          why: expect.stringContaining('does not answer'),
        })
      } finally {
        await docker('unpause', node)
      }
      await eventually(async () => expect((await status()).state).toEqual({ is: 'running' }))
    })

    it('adds its context to the user’s kubeconfig on demand, current context untouched', async () => {
      const file = usersKubeconfig()
      await writeFile(
        file,
        'apiVersion: v1\nkind: Config\ncurrent-context: mine\n# a comment of the user’s\ncontexts: []\n',
      )
      const result = await devk('cluster', 'kubeconfig', name, '--merge')
      expect(result.code).toBe(0)
      const merged = await readFile(file, 'utf8')
      expect(merged).toContain('current-context: mine')
      expect(merged).toContain('# a comment of the user’s')
      expect(
        await kubectl(file)(['--context', `${provider}-${name}`, 'get', 'nodes', '-o', 'name']),
      ).toContain('node/')
    })

    it('keeps its objects and their data over stop and start', async () => {
      succeeded(await devk('cluster', 'stop', name))
      expect((await status()).state).toEqual({ is: 'stopped' })
      expect((await devk('cluster', 'stop', name)).stdout).toContain('is stopped already')
      succeeded(await devk('cluster', 'start', name))
      expect((await status()).state).toEqual({ is: 'running' })
      await rollOut(kube, 'deployment/probe')
      await eventually(async () => {
        const kept = await kube(['exec', 'deployment/probe', '--', 'cat', '/data/index.html'])
        expect(kept).toBe('written once')
      })
      await servesAtHostPort()
    })

    it('is deleted without a trace, its context in the user’s kubeconfig included, and once is enough', async () => {
      expect(succeeded(await devk('cluster', 'delete', name)).stdout).toContain('container')
      expect(await leftovers(name)).toEqual([])
      expect(await readFile(usersKubeconfig(), 'utf8')).not.toContain(`${provider}-${name}`)
      expect((await devk('cluster', 'delete', name)).stdout).toContain('nothing to remove')
    })

    it('pulls nothing again when it is made anew: third-party images are the machine’s by then', async () => {
      await upstreams.get(provider)?.stop()
      succeeded(await devk('cluster', 'create', name, '--provider', provider))
      await kube(['apply', '-f', '-'], everywhere('third-party', thirdParty))
      await rollOut(kube, 'daemonset/third-party')
    })
  },
)
