import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ephemeralPort } from '../../../src/base/ports.ts'
import type { ProjectStatus } from '../../../src/model/project-status.ts'
import type { UpOutput } from '../../../src/protocol/operations.ts'
import { type Home, succeeded } from '../support/devk.ts'
import { eventually, kubectl } from '../support/machine.ts'
import type { Kind } from '../support/stage.ts'

const name = 'e2e-guest'

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
          command: [sh, -c, 'trap "exit 0" TERM; mkdir /w; echo here > /w/index.html; httpd -p 8080 -h /w; sleep 86400 & wait']
`

/** A project in a cluster that somebody else made. */
export function existing(home: () => Home, kind: () => Kind): void {
  let folder: string
  let kubeconfig: string
  let cluster: string
  let port: number
  let kube: ReturnType<typeof kubectl>

  beforeAll(async () => {
    ;({ kubeconfig, name: cluster } = kind())
    kube = kubectl(kubeconfig)
    folder = join(home().folder, 'guest')
    port = await ephemeralPort()
    await mkdir(join(folder, 'app', 'www'), { recursive: true })
    await writeFile(join(folder, 'app.yaml'), manifest)
    await writeFile(join(folder, 'app', 'Dockerfile'), `FROM busybox:1.35\nRUN echo ${nonce} > /nonce\n`)
    await writeFile(
      join(folder, 'devk.yaml'),
      `name: ${name}\ncluster: { provider: existing, context: kind-${cluster} }\nservices:\n  app: { build: app, deploy: app.yaml, forward: ["${port}:8080"], sync: [{ from: app/www, to: /w, restart: { run: echo ran > /ran } }] }\n`,
    )
  })

  afterAll(async () => {
    await devk(kubeconfig, 'down', '--yes')
  })

  const devk = (config: string, ...args: string[]) =>
    home().start(args, { cwd: folder, env: { KUBECONFIG: config } }).ended

  it('is refused where the user’s kubeconfig does not know the context', async () => {
    const result = await devk(join(home().folder, 'none'), 'up')
    expect(result.code).toBe(1)
    expect(result.stderr + result.stdout).toContain(`Your kubeconfig has no context kind-${cluster}.`)
    const status = succeeded(await devk(join(home().folder, 'none'), 'status'))
    expect(status.stdout).toContain('unreachable')
  })

  it('takes a project’s services, built images by the registry that it tells of', async () => {
    const { run, status } = JSON.parse(succeeded(await devk(kubeconfig, 'up', '--json')).stdout) as UpOutput
    expect(run).toMatchObject({ built: 1, pushed: 1, applied: 1 })
    expect(status).toMatchObject({
      cluster: { state: 'running' },
      services: [{ name: 'app', state: 'ready', ready: 1 }],
    })
  })

  it('has local ports that lead to its pods, through its API server', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async () => (await fetch(`http://127.0.0.1:${port}/`)).text()),
    )
    expect(new Set(answers)).toEqual(new Set(['here\n']))
  })

  it('runs commands in its pods, and where it has no way for a signal devk says what becomes of them', async () => {
    const { code, stdout } = await devk(kubeconfig, 'exec', 'app', '--', 'sh', '-c', 'cat /nonce; exit 3')
    expect([code, stdout]).toEqual([3, `${nonce}\n`])
    const options = { cwd: folder, env: { KUBECONFIG: kubeconfig } }
    const sleeping = home().start(['exec', 'app', '--', 'sh', '-c', 'echo up >&2; sleep 600'], options)
    await sleeping.saw('up')
    process.kill(sleeping.child.pid ?? 0, 'SIGINT')
    const interrupted = await sleeping.ended
    expect(interrupted.code).toBe(130)
    expect(interrupted.stderr).toContain('Kubernetes passes no SIGINT on: the connection was closed')
  })

  it('has saved files written into its containers by a command there', async () => {
    await writeFile(join(folder, 'app', 'www', 'page.html'), 'saved')
    const page = async () => (await fetch(`http://127.0.0.1:${port}/page.html`)).text()
    await eventually(async () => expect(await page()).toBe('saved'))
    await writeFile(join(folder, 'app', 'www', 'page.html'), 'saved again')
    await eventually(async () => expect(await page()).toBe('saved again'))
    await eventually(async () => {
      const { stdout } = await devk(kubeconfig, 'exec', 'app', '--', 'cat', '/ran')
      expect(stdout).toBe('ran\n')
    })
  })

  it('is left as it is by a second up', async () => {
    const { run } = JSON.parse(succeeded(await devk(kubeconfig, 'up', '--json')).stdout) as UpOutput
    expect(run).toMatchObject({ built: 0, pushed: 0, applied: 0, done: [] })
  })

  it('is found by the environment of each command, not by that of the one that started the daemon', async () => {
    const daemon = async () =>
      (JSON.parse(succeeded(await devk(kubeconfig, 'status', '--json')).stdout) as ProjectStatus).daemon?.pid
    const first = await daemon()
    const copy = join(home().folder, 'copy')
    await cp(kubeconfig, copy)
    const { run, status } = JSON.parse(succeeded(await devk(copy, 'up', '--json')).stdout) as UpOutput
    expect(run).toMatchObject({ built: 0, applied: 0 })
    expect(status.daemon?.pid).not.toBe(first)
    // One that only looks takes the answer of whoever is there.
    expect(await daemon()).toBe(status.daemon?.pid)
  })

  it('is not stopped and not deleted by devk: stop says so, down takes the project’s things alone', async () => {
    const stopped = await devk(kubeconfig, 'stop')
    expect(stopped.stdout + stopped.stderr).toContain('did not make')
    expect(succeeded(await devk(kubeconfig, 'down', '--yes')).stdout).toContain(`${name} is down`)
    const namespaces = await kube(['get', 'namespaces', '-o', 'name'])
    expect(namespaces).toContain('namespace/default')
    expect(namespaces).not.toContain(`namespace/${name}`)
    expect(succeeded(await devk(kubeconfig, 'down')).stdout).toContain('nothing to remove')
  })
}
