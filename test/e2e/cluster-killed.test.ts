import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ClusterStatus } from '../../src/model/cluster.ts'
import { type Home, newHome, succeeded } from './support/devk.ts'
import { leftovers } from './support/machine.ts'
import { sideBySide } from './support/side-by-side.ts'

/** Where each creation is killed: as soon as this step is under way. */
const moments = {
  kind: [
    'Ensuring node image',
    'Preparing nodes',
    'Writing configuration',
    'Starting control-plane',
    'Installing CNI',
    'Installing StorageClass',
    'Waiting for the nodes',
  ],
  k3d: ['Creating the network', 'Preparing the nodes', 'Starting the server', 'Waiting for the nodes'],
}

let home: Home

beforeAll(async () => {
  home = await newHome()
})

afterAll(() => home[Symbol.asyncDispose]())

sideBySide(
  ['kind', 'k3d'] as const,
  provider => `creating a ${provider} cluster`,
  provider => {
    const name = `e2e-killed-${provider}`

    afterAll(async () => {
      await home.devk('cluster', 'delete', name)
    })

    const create = () => home.start(['cluster', 'create', name, '--provider', provider])
    const status = async () =>
      JSON.parse((await home.devk('cluster', 'status', name, '--json')).stdout) as ClusterStatus

    it.each(moments[provider])('is recognised as half done where devk is killed at "%s"', async moment => {
      const running = create()
      await running.saw(`… ${moment}`)
      process.kill(await running.worker(), 'SIGKILL')
      expect(await running.ended).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('Run the same command again'),
      })
      expect((await status()).state).toMatchObject({ is: 'partial' })
    })

    it('is brought to its end by the same command, whatever the killed ones left', async () => {
      expect(succeeded(await create().ended).stdout).toContain('ready')
      expect((await status()).state).toEqual({ is: 'running' })
    })

    it.concurrent('stands beside another cluster, which two commands at once make once, and outlives it', async () => {
      const other = `${name}-2`
      try {
        const two = await Promise.all(
          [1, 2].map(() => home.devk('cluster', 'create', other, '--provider', provider)),
        )
        const said = two.map(result => succeeded(result).stdout).toSorted()
        expect(said).toEqual([
          expect.stringContaining('is ready'),
          expect.stringContaining('is there already'),
        ])
        expect(two.some(({ stderr }) => stderr.includes(`which is creating cluster ${other}`))).toBe(true)
        const list = JSON.parse((await home.devk('cluster', 'list', '--json')).stdout) as ClusterStatus[]
        const ours = list.filter(cluster => cluster.name.startsWith(name))
        expect(ours.map(cluster => cluster.state)).toEqual([{ is: 'running' }, { is: 'running' }])
      } finally {
        succeeded(await home.devk('cluster', 'delete', other))
      }
      expect(await leftovers(other)).toEqual([])
      expect((await status()).state).toEqual({ is: 'running' })
    })

    it.concurrent('is cleaned up after, where it is interrupted by Ctrl-C', async () => {
      const third = `${name}-3`
      const running = home.start(['cluster', 'create', third, '--provider', provider])
      await running.saw(provider === 'kind' ? '… Starting control-plane' : '… Starting the server')
      running.child.kill('SIGINT')
      expect(await running.ended).toMatchObject({
        code: 130,
        stderr: expect.stringContaining('✓ Cleaning up'),
      })
      expect(await leftovers(third)).toEqual([])
    })

    it.concurrent('is cleaned up after, where the terminal and its command are killed', async () => {
      const fourth = `${name}-4`
      const running = home.start(['cluster', 'create', fourth, '--provider', provider])
      await running.saw(provider === 'kind' ? '… Preparing nodes' : '… Preparing the nodes')
      running.child.kill('SIGKILL')
      await running.ended
      // The next command for the same cluster waits until the worker has cleaned up.
      succeeded(await home.devk('cluster', 'delete', fourth))
      expect(await leftovers(fourth)).toEqual([])
    })
  },
)
