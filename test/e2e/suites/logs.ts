import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { paths } from '../../../src/base/paths.ts'
import { projectHome } from '../../../src/base/project-home.ts'
import { run } from '../../../src/exec/run.ts'
import type { ProjectStatus } from '../../../src/model/project-status.ts'
import { type Result, succeeded } from '../support/devk.ts'
import { docker, eventually, kubectl } from '../support/machine.ts'
import { printerManifest } from '../support/printer.ts'
import type { Place } from './place.ts'

const LINES = 20_000
const FEW = 2_000

interface Printed {
  service: string
  pod: string
  container: string
  run: number
  text: string
}

/** What containers print. */
export function logs({ home, provider, cluster }: Place): void {
  const name = `e2e-logs-${provider}`
  const folder = () => join(home().folder, name)
  const projectFile = (...services: string[]) =>
    [
      `name: ${name}`,
      `cluster: { provider: ${provider}, name: ${cluster} }`,
      'services:',
      ...services.map(service => `  ${service}\n`),
    ].join('\n')
  let kube: ReturnType<typeof kubectl>

  beforeAll(async () => {
    await mkdir(folder(), { recursive: true })
    await writeFile(
      join(folder(), 'many.json'),
      printerManifest('many', { replicas: 3, lines: LINES, pauseMs: 30 }),
    )
    await writeFile(
      join(folder(), 'one.json'),
      printerManifest('one', { replicas: 1, lines: 10, pauseMs: 1 }),
    )
    await writeFile(
      join(folder(), 'few.json'),
      printerManifest('few', { replicas: 2, lines: FEW, pauseMs: 5 }),
    )
    await writeFile(join(folder(), 'devk.yaml'), projectFile('many: { deploy: many.json }'))
    kube = kubectl(join(home().folder, 'state', 'clusters', cluster, 'kubeconfig'))
  })

  afterAll(async () => {
    await devk('down', '--keep-cluster')
  })

  const devk = (...args: string[]): Promise<Result> => home().start(args, { cwd: folder() }).ended
  const inNamespace = (...args: string[]) => kube(['--namespace', name, ...args])
  const status = async () => JSON.parse(succeeded(await devk('status', '--json')).stdout) as ProjectStatus
  const printed = async (...args: string[]): Promise<Printed[]> =>
    succeeded(await devk('logs', '--json', ...args))
      .stdout.split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Printed)
  const podsOf = async (service: string) =>
    (await inNamespace('get', 'pods', '-l', `app=${service}`, '-o', 'name'))
      .split('\n')
      .filter(Boolean)
      .map(pod => pod.replace('pod/', ''))

  it('are none before anything was brought up, which is said', async () => {
    expect(await devk('logs')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('devk up does that'),
    })
  })

  it('are kept exactly once and in order, though pods are deleted, the API is cut and the daemon killed', async () => {
    succeeded(await devk('up'))
    const [gone = '', ...stay] = await podsOf('many')
    await inNamespace('delete', 'pod', gone)
    if (provider === 'kind') await docker('exec', `${cluster}-control-plane`, 'pkill', '-9', 'kube-apiserver')
    else for (const what of ['pause', 'unpause']) await docker(what, `k3d-${cluster}-server-0`)
    process.kill((await status()).daemon?.pid ?? 0, 'SIGKILL')
    await eventually(async () => {
      const done = await printed('many', '--grep', `line ${LINES}$`)
      expect(done.filter(({ pod }) => pod !== gone)).toHaveLength(3)
    })
    const byPod = Map.groupBy(await printed('many', '-c', 'printer'), ({ pod }) => pod)
    for (const pod of stay) {
      expect(byPod.get(pod)?.map(({ text }) => text)).toEqual(numbered(LINES))
    }
    const ofGone = byPod.get(gone)?.map(({ text }) => text) ?? []
    const count = Number(ofGone.at(-1)?.replace('last ', ''))
    expect(ofGone).toEqual([...numbered(count), `last ${count}`])
    expect(byPod.size).toBe(4)
  })

  it('hold what init containers print, and each run of what crashes', async () => {
    await writeFile(
      join(folder(), 'devk.yaml'),
      projectFile('few: { deploy: few.json }', 'one: { deploy: one.json }'),
    )
    // It is never ready: the daemon waits for it, and this client does not.
    const running = home().start(['up'], { cwd: folder() })
    await running.saw('✓ deploying one')
    running.child.kill('SIGKILL')
    await eventually(async () => expect((await printed('one', '-c', 'printer')).length).toBe(10))
    const lines = await printed('one')
    expect(lines.filter(({ container }) => container === 'prepare').map(({ text }) => text)).toEqual([
      'prepared',
    ])
    await eventually(async () => {
      const runs = Map.groupBy(await printed('one', '-c', 'crasher'), each => each.run)
      expect(runs.size).toBeGreaterThan(1)
      for (const [, each] of runs) expect(each.map(({ text }) => text)).toEqual(counted)
    })
    const [before, all] = [await printed('one', '-c', 'crasher', '--previous'), await printed('one')]
    expect(before.map(({ text }) => text)).toEqual(counted)
    expect(before[0]?.run).toBeLessThan(Math.max(...all.map(each => each.run)))
  })

  it('tell what Kubernetes says between the lines, where that is asked for', async () => {
    expect(succeeded(await devk('logs', 'one', '--events')).stdout).toMatch(/\* Pod one-\S+: BackOff: /)
    expect(succeeded(await devk('logs', 'one')).stdout).not.toMatch(/BackOff/)
  })

  it('are followed over the replacement of a pod, each replica under its own name', async () => {
    const running = home().start(['logs', 'few', '-f', '--tail', '0'], { cwd: folder() })
    const before = await podsOf('few')
    const [pod = ''] = before
    await inNamespace('delete', 'pod', pod)
    await eventually(async () => {
      const done = await printed('few', '--grep', `line ${FEW}$`)
      expect(done.filter(each => !before.includes(each.pod))).toHaveLength(1)
    })
    running.child.kill('SIGINT')
    const { stdout } = succeeded(await running.ended)
    const lines = stdout.split('\n').filter(Boolean)
    const own = `few/${pod.split('-').at(-1)}`
    const wordsOf = (some: string[]) => some.map(line => line.split(' │ ')[1] ?? '')
    expect(wordsOf(lines.filter(line => line.startsWith(own)))).toEqual([`last ${FEW}`])
    const others = wordsOf(lines.filter(line => !line.startsWith(own)))
    expect(others.filter(text => text.startsWith('line '))).toEqual(numbered(FEW))
  })

  it('go on after the nodes were stopped and started', async () => {
    const before = await printed('few', '--grep', `line ${FEW}$`)
    succeeded(await devk('stop'))
    const stopped = await devk('logs', '--tail', '1')
    expect(stopped.stderr).toContain(`Cluster ${cluster} is stopped`)
    expect(stopped.stdout).not.toBe('')
    expect(await devk('exec', 'few', '--', 'true')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is stopped(.|\n)*devk up brings it back/),
    })
    await devk('up', 'few')
    await eventually(async () =>
      expect(await printed('few', '--grep', `line ${FEW}$`)).toHaveLength(before.length + 2),
    )
    const lines = await printed('few', '-c', 'printer')
    for (const [, own] of Map.groupBy(lines, ({ pod, run }) => `${pod} ${run}`)) {
      const texts = own.map(({ text }) => text).filter(text => text.startsWith('line '))
      expect(texts).toEqual(numbered(FEW))
    }
  })

  it('are read with the daemon and the cluster dead', async () => {
    process.kill((await status()).daemon?.pid ?? 0, 'SIGKILL')
    const dead = home().start(['logs', 'one', '--json'], {
      cwd: folder(),
      env: { DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
    })
    const { stdout, stderr } = succeeded(await dead.ended)
    expect(stderr).toContain('This is what was kept before.')
    expect(stdout).toContain('"text":"prepared"')
  })

  it('wait on a full disk: the daemon lives and says so, and goes on once there is room', async () => {
    const full = join(home().folder, `${name}-full`)
    const own = (...args: string[]) => home().start(args, { cwd: full }).ended
    await mkdir(full)
    await writeFile(
      join(full, 'filler.json'),
      printerManifest('filler', { replicas: 2, lines: FEW, pauseMs: 1 }),
    )
    await writeFile(
      join(full, 'devk.yaml'),
      `name: ${name}-full\ncluster: { provider: ${provider}, name: ${cluster} }\nservices: { filler: { deploy: filler.json } }\n`,
    )
    const { logs } = projectHome(full, paths({ DEVK_HOME: home().folder }))
    await mkdir(logs, { recursive: true })
    await run({ file: 'mount', args: ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', logs] })
    try {
      succeeded(await own('up'))
      await eventually(async () => expect((await own('status')).stdout).toContain('the disk is full'))
      const shown = succeeded(await own('logs', '--json'))
      expect(shown.stderr).toContain('Nothing more can be kept')
      expect(shown.stdout).toContain('"text":"line 1"')
      await run({ file: 'mount', args: ['-o', 'remount,size=64m', logs] })
      await eventually(async () => {
        const lines = succeeded(await own('logs', '-c', 'printer', '--json'))
          .stdout.split('\n')
          .filter(Boolean)
          .map(line => JSON.parse(line) as Printed)
        const byPod = Map.groupBy(lines, ({ pod }) => pod)
        expect(byPod.size).toBe(2)
        for (const [, each] of byPod) expect(each.map(({ text }) => text)).toEqual(numbered(FEW))
      })
      expect((await own('status')).stdout).not.toContain('the disk is full')
    } finally {
      await own('down', '--keep-cluster')
      await run({ file: 'umount', args: ['--lazy', logs] }).catch(() => {})
    }
  })
}

const counted = Array.from({ length: 10 }, (_, index) => `count ${index + 1}`)

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`)
}
