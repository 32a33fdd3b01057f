import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { paths } from '../../../src/base/paths.ts'
import { projectHome } from '../../../src/base/project-home.ts'
import { writeFileAtomic } from '../../../src/base/write-file.ts'
import { findProcesses } from '../../../src/exec/find-processes.ts'
import type { UpOutput } from '../../../src/protocol/operations.ts'
import { type Home, type Running, succeeded } from '../support/devk.ts'
import { docker, eventually, leftovers } from '../support/machine.ts'

const name = 'e2e-up-killed'

/** The registry keeps what an earlier run of this test built. */
const nonce = Date.now()

const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: app
          command: [sh, -c, 'trap "exit 0" TERM; sleep 86400 & wait']
`

/** A project of its own, which is brought up and changed again and again. */
function oftenUp(home: () => Home) {
  const folder = () => join(home().folder, 'often')
  const write = (file: string, text: string) => writeFile(join(folder(), file), text)
  const dockerfile = (...steps: string[]) =>
    write('app/Dockerfile', `FROM busybox:1.35\nRUN ${steps.join(' && ')}\n`)
  /** An image whose build takes a moment, and whose layer takes a moment to push. */
  const change = (content: string) =>
    dockerfile(`echo ${content} ${nonce} > /content`, 'dd if=/dev/urandom of=/big bs=1M count=64', 'sleep 1')
  const quickChange = (content: string) => dockerfile(`echo ${content} ${nonce} > /content`)
  const start = (...args: string[]) => home().start(args, { cwd: folder() })
  const daemons = () => findProcesses(args => args.includes('project') && args.includes(folder()))

  async function killDaemon(running: Running): Promise<void> {
    const [daemon] = await daemons()
    process.kill(daemon?.pid ?? 0, 'SIGKILL')
    expect(await running.ended).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Run the same command again'),
    })
  }

  async function endsReady(): Promise<UpOutput> {
    const output = JSON.parse(succeeded(await start('up', '--json').ended).stdout) as UpOutput
    expect(output.status.services).toEqual([
      expect.objectContaining({ name: 'app', state: 'ready', ready: 1 }),
    ])
    return output
  }

  async function begin(): Promise<void> {
    await mkdir(join(folder(), 'app'), { recursive: true })
    await write('devk.yaml', `name: ${name}\nservices:\n  app:\n    build: app\n    deploy: app.yaml\n`)
    await write('app.yaml', manifest)
    await change('first')
    // As after devk sync --pause: nothing is done but by an up.
    const { state } = projectHome(folder(), paths({ DEVK_HOME: home().folder }))
    await writeFileAtomic(join(state, 'sync', 'paused'), '')
  }
  return { folder, begin, change, quickChange, dockerfile, start, daemons, killDaemon, endsReady }
}

/** Runs that are ended in many ways, each in its middle. */
export function killedUps(home: () => Home): void {
  const { begin, change, quickChange, dockerfile, start, killDaemon, endsReady } = oftenUp(home)
  const saw = () => start('up')
  const sleepers = () => findProcesses(args => args[0] === 'sleep' && args[1] === '3600')

  beforeAll(begin)

  it('by kill -9 of its daemon in the middle of the cluster’s creation, ends ready when it is run again', async () => {
    const running = saw()
    await running.saw('… Starting control-plane')
    await killDaemon(running)
    await endsReady()
  })

  it('by kill -9 of its daemon in the middle of a build, ends ready when it is run again', async () => {
    await change('second')
    const running = saw()
    await running.saw('… image app')
    await killDaemon(running)
    expect((await endsReady()).run).toMatchObject({ applied: 1 })
  })

  it('by kill -9 of its daemon in the middle of a push, ends ready when it is run again', async () => {
    await change('third')
    const tags = async () => {
      const all = await docker('images', '--format', '{{.Repository}}:{{.Tag}}')
      return all.split('\n').filter(image => image.includes(`/${name}/app:`)).length
    }
    const before = await tags()
    const running = saw()
    // Docker has the image as soon as it is built: what follows is the push.
    await eventually(async () => expect(await tags()).not.toBe(before))
    await killDaemon(running)
    expect((await endsReady()).run).toMatchObject({ pushed: 1, applied: 1 })
  })

  it('by kill -9 of its daemon in the middle of an apply, ends ready when it is run again', async () => {
    await change('fourth')
    const running = saw()
    await running.saw('… deploying app')
    await killDaemon(running)
    await endsReady()
    expect((await endsReady()).run).toMatchObject({ built: 0, pushed: 0, applied: 0 })
  })

  it('goes on without its client after Ctrl-C, and the next up joins it or finds it done', async () => {
    await change('fifth')
    const running = saw()
    await running.saw('… image app')
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('Ctrl-C again cancels the run'),
    })
    const { run } = await endsReady()
    // Either way somebody built it, and once.
    expect(run.built).toBeLessThanOrEqual(1)
    expect((await endsReady()).run).toMatchObject({ built: 0, applied: 0 })
  })

  it('is cancelled by the second Ctrl-C, and goes on from there with the next up', async () => {
    await change('sixth')
    const running = saw()
    await running.saw('… image app')
    running.child.kill('SIGINT')
    await running.saw('Ctrl-C again')
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('Cancelling the run'),
    })
    const { stdout } = await start('status', '--json').ended
    expect(JSON.parse(stdout)).not.toHaveProperty('running')
    await endsReady()
  })

  it('gives up a build whose files change meanwhile, and builds what there is then', async () => {
    await dockerfile('sleep 3600')
    const running = saw()
    await running.saw('… image app')
    await eventually(async () => expect(await sleepers()).toHaveLength(1))
    await quickChange('seventh')
    succeeded(await running.ended)
    expect(await sleepers()).toEqual([])
    expect((await endsReady()).run).toMatchObject({ built: 0, pushed: 0, applied: 0 })
  })

  it('takes what was saved before it, although it joins an up that began before that', async () => {
    await quickChange('eighth')
    const running = saw()
    await running.saw('… app ready')
    await quickChange('ninth')
    const { run } = await endsReady()
    expect(run).toMatchObject({ built: 1, pushed: 1, applied: 1 })
    succeeded(await running.ended)
    expect((await endsReady()).run).toMatchObject({ built: 0, pushed: 0, applied: 0 })
  })
}

/** What the same project meets where nobody else is at work: it changes what all have in common. */
export function upsAlone(home: () => Home): void {
  const { folder, quickChange, start, daemons, endsReady } = oftenUp(home)

  afterAll(async () => {
    await start('down', '--yes').ended
  })

  it('puts the machine’s registry back where somebody removed it, known to the cluster by its name', async () => {
    await docker('rm', '--force', 'devk-registry')
    await quickChange('tenth')
    expect((await endsReady()).run).toMatchObject({ built: 1, pushed: 1, applied: 1 })
  })

  it('is done by a new daemon where devk was upgraded, and the older one ends', async () => {
    const bundle = join(import.meta.dirname, '../../../dist/daemon.cjs')
    await endsReady()
    const [older] = await daemons()
    await utimes(bundle, new Date(), new Date())
    expect((await endsReady()).run).toMatchObject({ built: 0, pushed: 0, applied: 0 })
    const after = await daemons()
    expect(after).toHaveLength(1)
    expect(after).not.toContainEqual(older)
  })

  it('has left nothing by then that down does not take away', async () => {
    succeeded(await start('down').ended)
    expect(await leftovers(name)).toEqual([])
    expect(await findProcesses(args => args.includes(folder()))).toEqual([])
    const { stdout } = await start('status', '--json').ended
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'NOT_UP' } })
  })
}
