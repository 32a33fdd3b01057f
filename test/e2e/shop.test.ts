import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { paths } from '../../src/base/paths.ts'
import { ephemeralPort } from '../../src/base/ports.ts'
import { projectHome } from '../../src/base/project-home.ts'
import { findProcesses } from '../../src/exec/find-processes.ts'
import type { ProjectStatus } from '../../src/model/project-status.ts'
import type { UpOutput } from '../../src/protocol/operations.ts'
import { openBrowser } from './support/browser.ts'
import { devkFile, type Home, newHome, type Result, succeeded } from './support/devk.ts'
import { leaksOf } from './support/leaks.ts'
import { docker, eventually, kubectl, leftovers } from './support/machine.ts'
import { newShop, type Shop } from './support/shop.ts'
import { sideBySide } from './support/side-by-side.ts'
import { ageKey } from './support/sops.ts'
import { onTerminal } from './support/terminal.ts'

/** The registry keeps what an earlier run of this test built. */
const nonce = Date.now()
const fresh = `fresh-${nonce}-password`

let home: Home

beforeAll(async () => {
  home = await newHome()
})

afterAll(() => home[Symbol.asyncDispose]())

sideBySide(
  ['kind', 'k3d'],
  provider => `the shop on ${provider}`,
  provider => {
    const name = `e2e-shop-${provider}`
    let shop: Shop
    let port: number
    let kube: ReturnType<typeof kubectl>

    beforeAll(async () => {
      shop = await newShop(join(home.folder, name), name, provider)
      port = await ephemeralPort()
      kube = kubectl(join(home.folder, 'state', 'clusters', name, 'kubeconfig'))
    })

    afterAll(async () => {
      await devk('down', '--yes')
    })

    const devk = (...args: string[]): Promise<Result> =>
      home.start(args, {
        cwd: shop.folder,
        env: { SHOP_PORT: String(port), SOPS_AGE_KEY_FILE: shop.key },
      }).ended
    const up = async (...args: string[]) =>
      JSON.parse(succeeded(await devk('up', '--json', ...args)).stdout) as UpOutput
    const status = async () => JSON.parse(succeeded(await devk('status', '--json')).stdout) as ProjectStatus

    const password = async () =>
      Buffer.from(
        await kube(['-n', name, 'get', 'secret', 'postgres', '-o', 'jsonpath={.data.password}']),
        'base64',
      ).toString()
    /** Names of the pods by service. */
    const pods = async (service: string) =>
      await kube([
        '-n',
        name,
        'get',
        'pods',
        '-l',
        `app=${service}`,
        '-o',
        'jsonpath={.items[*].metadata.uid}',
      ])

    it('comes up from nothing by one command, which ends with where it can be opened', async () => {
      const result = succeeded(await devk('up'))
      expect(result.stdout).toContain(`${name} is ready`)
      expect(result.stdout).toContain(`web  http://localhost:${port}`)
      expect(await (await fetch(`http://localhost:${port}/`)).text()).toContain('<h1>The shop</h1>')
      for (const step of ['image api', 'deploying api', 'api ready'])
        expect(result.stderr).toContain(`✓ ${step}`)
      const { services, cluster } = await status()
      expect(cluster).toMatchObject({ name, state: 'running' })
      expect(services.map(service => [service.name, service.state, service.ready])).toEqual([
        ['web', 'ready', 1],
        ['api', 'ready', 2],
        ['worker', 'ready', 1],
        ['postgres', 'ready', 1],
        ['redis', 'ready', 1],
      ])
    })

    it('has a page that works in a browser: an order is placed, kept and packed', async () => {
      await using browser = await openBrowser()
      const page = await browser.newPage()
      await page.goto(`http://localhost:${port}/`)
      await page.getByLabel('Item').fill('a kettle')
      await page.getByRole('button', { name: 'Order' }).click()
      await page.getByText('a kettle no. 1, packed').waitFor({ timeout: 30_000 })
      expect(await page.getByRole('alert').textContent()).toBe('')
    })

    it('serves the load of a database’s and a cache’s own clients through devk forward', async () => {
      const [database = 0, cache = 0] = await Promise.all([ephemeralPort(), ephemeralPort()])
      const open = [
        ['postgres', `${database}:5432`],
        ['redis', `${cache}:6379`],
      ].map(words => home.start(['forward', ...words], { cwd: shop.folder }))
      const own = ['--rm', '--network', 'host', '--env', `PGPASSWORD=${await password()}`]
      const client = (image: string, program: string, ...args: string[]) =>
        docker('run', ...own, '--entrypoint', program, image, ...args)
      const bench = (...args: string[]) =>
        client(
          'postgres:15',
          'pgbench',
          '-h',
          '127.0.0.1',
          '-p',
          `${database}`,
          '-U',
          'shop',
          ...args,
          'shop',
        )
      await eventually(() => bench('--initialize', '--quiet'))
      const transactions = await bench('--client=8', '--jobs=2', '--transactions=50')
      expect(transactions).toContain('transactions actually processed: 400/400')
      const of = ['-h', '127.0.0.1', '-p', String(cache), '-t', 'set,get', '-n', '2000', '-c', '20', '-q']
      expect((await client('redis:7', 'redis-benchmark', ...of)).match(/requests per second/g)).toHaveLength(
        2,
      )
      const { services } = await status()
      expect(services.flatMap(({ forwards }) => forwards.map(({ refused }) => refused))).toEqual([0, 0])
      for (const { child } of open) child.kill('SIGINT')
      for (const { ended } of open) succeeded(await ended)
    })

    it('serves a page that was saved, in the containers that run, and builds nothing for it', async () => {
      const served = async () => (await fetch(`http://localhost:${port}/`)).text()
      await shop.edit('web/public/index.html', '<h1>The shop</h1>', '<h1>The saved shop</h1>')
      await eventually(async () => expect(await served()).toContain('The saved shop'))
      await shop.edit('api/src/server.js', 'api listens on 8080', 'api listens on 8080, anew')
      await eventually(async () =>
        expect(succeeded(await devk('logs', 'api')).stdout).toContain('api listens on 8080, anew'),
      )
      await shop.edit('api/src/server.js', 'api listens on 8080, anew', 'api listens on 8080')
      await shop.edit('web/public/index.html', '<h1>The saved shop</h1>', '<h1>The shop</h1>')
      await eventually(async () => expect(await served()).toContain('The shop'))
    })

    it('has its database’s password from a SOPS file: another one is there within moments, and restarts only who reads it', async () => {
      const services = ['web', 'api', 'worker', 'postgres', 'redis']
      const before = await Promise.all(services.map(pods))
      await (await ageKey(shop.key)).encrypt(
        join(shop.folder, 'secrets/postgres.enc.yaml'),
        `password: ${fresh}\n`,
      )
      await eventually(async () => expect(await password()).toBe(fresh))
      await eventually(async () => {
        const now = await Promise.all(services.map(pods))
        expect(services.filter((_, index) => now[index] !== before[index])).toEqual(['api', 'postgres'])
        expect((await status()).services.every(({ state }) => state === 'ready')).toBe(true)
      })
      await eventually(async () => {
        const orders = await fetch(`http://localhost:${port}/api/orders`, {
          headers: { connection: 'close' },
        })
        expect(await orders.text()).toContain('a kettle')
      })
    })

    it('has that password nowhere but in its Secret', async () => {
      const telling = ["'api listens on 8080'", "'api listens with', process.env.POSTGRES_PASSWORD"] as const
      await shop.edit('api/src/server.js', ...telling)
      await eventually(async () =>
        expect(succeeded(await devk('logs', 'api')).stdout).toContain(
          'api listens with [hidden: postgres/password]',
        ),
      )
      const { daemon } = await status()
      const said = await Promise.all(
        [
          ['logs', '--json'],
          ['status', '--json'],
          ['up', '--json'],
          ['secrets', 'check', '--json'],
        ].map(async words => [words.join(' '), (await devk(...words)).stdout] as const),
      )
      const folders = ['state', 'cache', 'config', 'run'].map(each => join(home.folder, each))
      const leaks = await leaksOf(fresh, {
        folders: [...folders, shop.folder],
        kube,
        processes: [daemon?.pid ?? 0],
        printed: Object.fromEntries(said),
      })
      expect(leaks).toEqual(['Secret postgres'])
      await shop.edit('api/src/server.js', ...(telling.toReversed() as [string, string]))
      // From here on it is told what to do.
      succeeded(await devk('sync', '--pause'))
    })

    it('is left as it is by a second up: nothing is built, pushed or applied', async () => {
      const { run } = await up()
      expect(run).toMatchObject({ built: 0, pushed: 0, applied: 0, done: [], failures: [], held: [] })
    })

    it('is left as it is where the daemon was killed in between', async () => {
      const { daemon } = await status()
      process.kill(daemon?.pid ?? 0, 'SIGKILL')
      const { run, status: now } = await up()
      expect(run).toMatchObject({ built: 0, pushed: 0, applied: 0 })
      expect(now.daemon?.pid).not.toBe(daemon?.pid)
    })

    it('builds, pushes and deploys only what a changed file concerns, and says which file that is', async () => {
      await shop.edit('web/public/index.html', '<h1>The shop</h1>', `<h1>The new shop ${nonce}</h1>`)
      expect((await devk('build', '--explain')).stdout).toContain('public/index.html changed')
      const { run } = await up()
      expect(run).toMatchObject({ built: 1, pushed: 1, applied: 1 })
      expect(run.done.find(({ what }) => what === 'image web')?.why.join()).toContain(
        'public/index.html changed',
      )
      // The node's port may lead to the old pod for a moment longer.
      await eventually(async () => {
        const page = await fetch(`http://localhost:${port}/`, { signal: AbortSignal.timeout(2_000) })
        expect(await page.text()).toContain('The new shop')
      })
    })

    it('puts back what somebody else took away', async () => {
      await kube(['-n', name, 'delete', 'deployment', 'worker'])
      const { run, status: now } = await up()
      expect(run).toMatchObject({ built: 0, applied: 1 })
      expect(run.done.flatMap(({ why }) => why)).toContain('Deployment worker is gone')
      expect(now.services.every(({ state }) => state === 'ready')).toBe(true)
    })

    it('says why a service does not come up, in its own last words, and goes on with the others', async () => {
      await shop.edit('worker/worker.py', '\nwork()', "\nprint('the worker is out of tea')\nsys.exit(3)")
      const result = await devk('up')
      expect(result.code).toBe(1)
      expect(result.stderr + result.stdout).toMatch(/worker.*(crash|exit)/is)
      expect(result.stdout).toContain('the worker is out of tea')
      expect(result.stdout).toContain('worker is failing')
      expect((await status()).services.find(service => service.name === 'worker')).toMatchObject({
        state: 'failing',
      })
      await shop.edit('worker/worker.py', "\nprint('the worker is out of tea')\nsys.exit(3)", '\nwork()')
      const { run } = await up()
      expect(run.built).toBe(0)
    })

    it('shows where a build fails, with the step’s own output', async () => {
      await shop.edit('api/Dockerfile', 'USER node', 'RUN echo no such thing as tea >&2 && exit 7\nUSER node')
      const result = await devk('build', 'api')
      expect(result.code).toBe(1)
      expect(result.stdout).toContain('no such thing as tea')
      expect(result.stdout).toContain('RUN echo')
      await shop.edit('api/Dockerfile', 'RUN echo no such thing as tea >&2 && exit 7\nUSER node', 'USER node')
      succeeded(await devk('build', 'api'))
    })

    it('replaces a service’s pods on demand, and the next up leaves them', async () => {
      const before = await kube(['-n', name, 'get', 'pods', '-l', 'app=redis', '-o', 'name'])
      expect(succeeded(await devk('restart', 'redis')).stdout).toContain('Restarted Deployment redis')
      expect(await kube(['-n', name, 'get', 'pods', '-l', 'app=redis', '-o', 'name'])).not.toBe(before)
      expect((await up()).run).toMatchObject({ applied: 0 })
    })

    it('does one run for two commands at once', async () => {
      await shop.edit('api/src/server.js', 'api listens on 8080', `api ${nonce} listens on 8080`)
      const [one, two] = await Promise.all([up(), up()])
      expect(one.run).toEqual(two.run)
      expect(one.run).toMatchObject({ built: 1, pushed: 1 })
    })

    it('removes what the project no longer names, and keeps a claim of storage', async () => {
      await shop.edit(
        'devk.yaml',
        '  worker:\n    build: worker\n    deploy: worker/k8s\n    needs: [postgres, redis]\n    sync:\n      - { from: worker/worker.py, to: /app/worker.py, restart: process }\n',
        '',
      )
      const { run, status: now } = await up()
      expect(run.removed.join()).toContain('worker')
      expect(now.services.map(service => service.name)).not.toContain('worker')
      expect(await kube(['-n', name, 'get', 'deployments', '-o', 'name'])).not.toContain('worker')
    })

    it('stops with all that it has, and goes on from there', async () => {
      succeeded(await devk('stop'))
      const { cluster, services } = await status()
      expect([cluster, ...services].map(({ state }) => state)).toEqual(Array(5).fill('stopped'))
      const stoppedAt = Math.floor(Date.now() / 1_000)
      const { run, status: now } = await up()
      expect(run).toMatchObject({ built: 0, pushed: 0 })
      expect(now.services.every(({ state }) => state === 'ready')).toBe(true)
      // They are ready again, not still: what the cluster last knew of them before it stopped does not count.
      const started = await kube([
        ...['-n', name, 'get', 'pods', '-o'],
        'jsonpath={.items[*].status.containerStatuses[*].state.running.startedAt}',
      ])
      const times = started.split(' ').map(time => Date.parse(time) / 1_000)
      expect(times.length).toBeGreaterThan(4)
      expect(times.filter(time => !(time >= stoppedAt))).toEqual([])
      await eventually(async () => {
        // A connection that was made before the node led to the pod anew would be kept.
        const orders = await fetch(`http://localhost:${port}/api/orders`, {
          headers: { connection: 'close' },
          signal: AbortSignal.timeout(2_000),
        })
        expect(await orders.text()).toContain('a kettle')
      })
    })

    it('asks a person before data go, and takes anything but a yes for a no', async () => {
      const answer = await onTerminal(`${devkFile} down`, 'n\n', { cwd: shop.folder, env: home.env })
      expect(answer).toContain('The data of data-postgres-0 will be lost. Go on?')
      expect(answer).toContain('Nothing was changed')
      expect((await status()).cluster.state).toBe('running')
    })

    it('goes without a trace by down, although the project file is broken by then, and once is enough', async () => {
      await writeFile(join(shop.folder, 'devk.yaml'), 'name: [\n')
      const { socket, state } = projectHome(shop.folder, paths(home.env))
      for (const place of [socket, state]) await access(place)
      expect(succeeded(await devk('down')).stdout).toContain(`${name} is down`)
      expect(await leftovers(name)).toEqual([])
      expect(await findProcesses(args => args.includes(shop.folder))).toEqual([])
      for (const place of [socket, state]) await expect(access(place)).rejects.toThrow('ENOENT')
      expect(succeeded(await devk('down')).stdout).toContain('nothing to remove')
    })
  },
)
