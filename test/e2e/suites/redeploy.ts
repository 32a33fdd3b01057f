import { appendFileSync, readFileSync } from 'node:fs'
import { chmod, copyFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../../src/exec/run.ts'
import type { ProjectStatus, ServiceStatus } from '../../../src/model/project-status.ts'
import { deployment } from '../support/deployment.ts'
import { type Result, succeeded } from '../support/devk.ts'
import { docker, eventually, kubectl } from '../support/machine.ts'
import type { Place } from './place.ts'

/** What each service reads at its start, or when it is told to. */
const dockerfiles = {
  node: 'FROM node:24-slim\nWORKDIR /app\nCOPY package.json .\nCOPY src src\nCMD ["node", "--watch", "src/server.js"]\n',
  python:
    'FROM python:3.11-slim\nWORKDIR /app\nCOPY src src\nENTRYPOINT ["python", "-u"]\nCMD ["src/server.py"]\n',
  binary:
    'FROM busybox:1.35 AS tools\nFROM scratch\nCOPY bin /srv/bin\nCOPY www /srv/www\nENTRYPOINT ["/srv/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/srv/www"]\n',
  locked:
    'FROM busybox:1.35\nCOPY src /app\nUSER 1234:1234\nCMD ["busybox", "httpd", "-f", "-p", "8080", "-h", "/app"]\n',
}

const sources: Record<string, string> = {
  'node/package.json': '{ "name": "node" }\n',
  'node/src/server.js':
    'require("node:http").createServer((_, answer) => answer.end(require("./text.js"))).listen(8080)\n',
  'node/src/text.js': 'module.exports = "as built"\n',
  'python/src/server.py': `import http.server, text
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.TEXT.encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
`,
  'python/src/text.py': 'TEXT = "as built"\n',
  'binary/www/index.html': 'as built',
  'locked/src/index.html': 'as built',
}

const rules = {
  node: '[{ from: node/src, to: /app/src }]',
  python: '[{ from: python/src, to: /app/src, restart: process, ignore: [__pycache__/] }]',
  binary: '[{ from: binary/bin, to: /srv/bin, restart: process }, { from: binary/www, to: /srv/www }]',
  locked: '[{ from: locked/src, to: /app }]',
}

type Name = keyof typeof dockerfiles
const names = Object.keys(dockerfiles) as Name[]

/** From a saved file to what runs. */
export function redeploy({ home, provider, cluster }: Place): void {
  const name = `e2e-redeploy-${provider}`
  const folder = () => join(home().folder, name)
  let kube: ReturnType<typeof kubectl>
  let projectText = ''

  beforeAll(async () => {
    for (const service of names) {
      await mkdir(join(folder(), service), { recursive: true })
      await writeFile(join(folder(), service, 'Dockerfile'), dockerfiles[service])
    }
    await save(sources)
    await mkdir(join(folder(), 'binary', 'bin'))
    await copyFile('/bin/busybox', join(folder(), 'binary', 'bin', 'busybox')).catch(() =>
      extract('busybox:1.35', '/bin/busybox', join(folder(), 'binary', 'bin', 'busybox')),
    )
    const port = { containerPort: 8080 }
    const readinessProbe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 }
    const container = (service: Name) => ({ name: service, image: service, ports: [port], readinessProbe })
    const locked = {
      ...container('locked'),
      securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
      volumeMounts: [{ name: 'app', mountPath: '/app' }],
    }
    const files = {
      node: deployment('node', { containers: [container('node')] }, { replicas: 2 }),
      python: deployment('python', { containers: [container('python')] }),
      binary: deployment('binary', { containers: [container('binary')] }),
      locked: deployment('locked', { containers: [locked], volumes: [{ name: 'app', emptyDir: {} }] }),
    }
    for (const service of names) await writeFile(join(folder(), `${service}.json`), files[service])
    projectText = [
      `name: ${name}`,
      `cluster: { provider: ${provider}, name: ${cluster} }`,
      'services:',
      ...names.map(
        service =>
          `  ${service}: { build: ${service}, deploy: ${service}.json, forward: ["auto:18080:8080"], sync: ${rules[service]} }`,
      ),
      '',
    ].join('\n')
    await writeFile(join(folder(), 'devk.yaml'), projectText)
    kube = kubectl(join(home().folder, 'state', 'clusters', cluster, 'kubeconfig'))
  })

  afterAll(async () => {
    await devk('down', '--keep-cluster')
  })

  const devk = (...args: string[]): Promise<Result> => home().start(args, { cwd: folder() }).ended
  const inNamespace = (...args: string[]) => kube(['--namespace', name, ...args])
  const at = (path: string) => join(folder(), path)
  const save = async (files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder(), path, '..'), { recursive: true })
      await writeFile(join(folder(), path), text)
    }
  }
  const status = async () => JSON.parse(succeeded(await devk('status', '--json')).stdout) as ProjectStatus
  const of = async (service: Name): Promise<ServiceStatus> => {
    const found = (await status()).services.find(each => each.name === service)
    if (!found) throw new Error(`there is no ${service}`)
    return found
  }
  const served = async (service: Name): Promise<string> => {
    const [forward] = (await of(service)).forwards
    const answer = await fetch(`http://localhost:${forward?.port}`, { signal: AbortSignal.timeout(20_000) })
    return await answer.text()
  }
  const serves = (service: Name, text: string) =>
    eventually(async () => expect(await served(service)).toBe(text), 60_000)
  const places = { node: '/app/src', python: '/app/src', binary: '/srv', locked: '/app' }
  const from = { node: 'node/src', python: 'python/src', binary: 'binary', locked: 'locked/src' }
  const pods = async (service: Name) =>
    (
      await inNamespace(
        'get',
        'pods',
        '-l',
        `app=${service}`,
        '-o',
        'jsonpath={range .items[*]}{.metadata.name} {.spec.nodeName} {.metadata.deletionTimestamp} {.status.containerStatuses[0].containerID}{"\\n"}{end}',
      )
    )
      .split('\n')
      .filter(Boolean)
      .map(line => line.split(' ') as [pod: string, node: string, deleted: string, id: string])
      .filter(([, , deleted, id]) => deleted === '' && id)
  /** The files of every container of a service, by hash, read through its node. */
  const inContainers = async (service: Name): Promise<string[]> => {
    const found = await pods(service)
    expect(found.length).toBeGreaterThan(0)
    return await Promise.all(
      found.map(async ([, node, , id]) => {
        const script = `for d in /run/containerd /run/k3s/containerd; do f=$d/io.containerd.runtime.v2.task/k8s.io/$1/init.pid; [ -e $f ] && cd /proc/$(cat $f)/root$2; done; find . -type f -o -type l | grep -v -e __pycache__ -e Dockerfile | LC_ALL=C sort | while IFS= read -r f; do [ -L "$f" ] && readlink "$f" || sha256sum "$f"; done`
        return await docker(
          'exec',
          node,
          'sh',
          '-c',
          script,
          'sh',
          id.replace(/^.*\/\//, ''),
          places[service],
        )
      }),
    )
  }
  const here = async (service: Name): Promise<string> => {
    const script = `cd "$1"; find . -type f -o -type l | grep -v -e __pycache__ -e Dockerfile | LC_ALL=C sort | while IFS= read -r f; do [ -L "$f" ] && readlink "$f" || sha256sum "$f"; done`
    return (await run({ file: 'sh', args: ['-c', script, 'sh', at(from[service])] })).stdout
  }
  const same = (service: Name) =>
    eventually(async () => {
      const wanted = await here(service)
      for (const files of await inContainers(service)) expect(files).toBe(wanted)
      expect((await of(service)).sync).toMatchObject({ state: 'in sync', behind: 0 })
    }, 60_000)

  it('every container has its sources after `up`, also where a volume hides what the image has', async () => {
    succeeded(await devk('up'))
    for (const service of names) {
      await same(service)
      await serves(service, 'as built')
    }
  })

  it('a saved file is in every replica, and is served by what watches it, again and again', async () => {
    for (const text of ['one', 'two', 'three', 'four']) {
      await save({ 'node/src/text.js': `module.exports = "${text}"\n` })
      await serves('node', text)
      await same('node')
    }
    expect((await of('node')).sync?.last?.files).toBe(1)
  })

  it('files are added, removed, renamed, moved with their folders, replaced by rename, and linked', async () => {
    await save({ 'node/src/deep/er/a.txt': 'a', 'node/src/deep/er/b.txt': 'b', 'node/src/x y/ü "$.txt': 'c' })
    await same('node')
    await rename(at('node/src/deep'), at('node/src/moved'))
    await rm(at('node/src/moved/er/a.txt'))
    await writeFile(at('node/src/.text.js.new'), 'module.exports = "by rename"\n')
    await rename(at('node/src/.text.js.new'), at('node/src/text.js'))
    await symlink('moved/er/b.txt', at('node/src/link'))
    await serves('node', 'by rename')
    await same('node')
    await rm(at('node/src/moved'), { recursive: true })
    await rename(at('node/src/link'), at('node/src/Link'))
    await same('node')
  })

  it('a git checkout of a thousand files arrives whole', async () => {
    const env = { GIT_DIR: join(home().folder, 'git'), GIT_WORK_TREE: at('locked/src') }
    const git = (...args: string[]) => run({ file: 'git', args, env, cwd: at('locked/src') })
    const author = ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.com']
    const commit = async () => {
      await git('add', '.')
      await git(...author, 'commit', '--quiet', '--message', 'x')
    }
    await git('init', '--quiet')
    await commit()
    await git('checkout', '--quiet', '-b', 'many')
    await save(
      Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`locked/src/d${n % 40}/f${n}`, `${n}`])),
    )
    await commit()
    await same('locked')
    await git('checkout', '--quiet', '-')
    await same('locked')
    await git('checkout', '--quiet', 'many')
    await same('locked')
    expect((await inContainers('locked'))[0]?.split('\n').filter(Boolean)).toHaveLength(1_001)
  })

  it('what may not be root owns what is written for it', async () => {
    const [[, node, , id] = []] = await pods('locked')
    const script =
      'for d in /run/containerd /run/k3s/containerd; do f=$d/io.containerd.runtime.v2.task/k8s.io/$1/init.pid; [ -e $f ] && p=$(cat $f) && stat -c "%u:%g %a" /proc/$p /proc/$p/root/app/d1/f1; done; true'
    const owner = await docker(
      'exec',
      node ?? '',
      'sh',
      '-c',
      script,
      'sh',
      (id ?? '').replace(/^.*\/\//, ''),
    )
    const [process, file] = owner.trim().split('\n')
    expect(process).toMatch(/^1234:/)
    expect(file).toBe(`${process?.split(' ')[0]} 644`)
  })

  it('the main process is restarted in place, also where it is a program that changed itself, without a restart of the container', async () => {
    const before = [await pods('python'), await pods('binary')]
    await save({ 'python/src/text.py': 'TEXT = "restarted"\n' })
    appendFileSync(at('binary/bin/busybox'), 'more')
    await chmod(at('binary/bin/busybox'), 0o755)
    await save({ 'binary/www/index.html': 'written' })
    await serves('python', 'restarted')
    await serves('binary', 'written')
    await same('python')
    await same('binary')
    expect([await pods('python'), await pods('binary')]).toEqual(before)
    expect((await of('python')).restarts).toBe(0)
  })

  it('a process that crashes on a change is started again with the next one, whatever Kubernetes thinks of crashes', async () => {
    await save({ 'python/src/text.py': 'TEXT = \n' })
    await eventually(async () =>
      expect(succeeded(await devk('logs', 'python')).stdout).toContain('SyntaxError'),
    )
    await save({ 'python/src/text.py': 'TEXT = "mended"\n' })
    await serves('python', 'mended')
    expect((await of('python')).restarts).toBe(0)
  })

  it('nothing is lost where a pod is replaced while files are saved', async () => {
    await save({
      'node/src/text.js': 'module.exports = "before"\n',
      'python/src/text.py': 'TEXT = "before"\n',
    })
    await inNamespace('delete', 'pods', '--selector', 'app in (node, python)', '--wait=false')
    await save({ 'node/src/text.js': 'module.exports = "after"\n', 'python/src/text.py': 'TEXT = "after"\n' })
    await serves('node', 'after')
    await serves('python', 'after')
    await same('node')
    await same('python')
  })

  it('a new replica gets all that was saved since the image was built', async () => {
    await inNamespace('scale', 'deployment', 'python', '--replicas', '3')
    await eventually(async () => expect(await pods('python')).toHaveLength(3))
    await same('python')
  })

  it('what is saved and taken back while the daemon is dead is so in the containers once it lives again', async () => {
    await save({ 'node/src/new.txt': 'of before' })
    await same('node')
    const daemon = (await status()).daemon?.pid
    if (!daemon) throw new Error('there is no daemon')
    process.kill(daemon, 'SIGKILL')
    await rm(at('node/src/new.txt'))
    await save({ 'node/src/text.js': 'module.exports = "dead"\n', 'node/src/other.txt': 'new' })
    await save({ 'python/src/text.py': sources['python/src/text.py'] ?? '' })
    succeeded(await devk('up'))
    await serves('node', 'dead')
    await serves('python', 'as built')
    await same('node')
    await same('python')
  })

  it('what is saved while the nodes are stopped arrives once they run', async () => {
    succeeded(await devk('cluster', 'stop', cluster))
    await save({
      'node/src/text.js': 'module.exports = "asleep"\n',
      'python/src/text.py': 'TEXT = "asleep"\n',
    })
    succeeded(await devk('up'))
    await serves('node', 'asleep')
    await serves('python', 'asleep')
    for (const service of names) await same(service)
  })

  it('`up` builds and applies nothing for what was written already', async () => {
    const { run: did } = JSON.parse(succeeded(await devk('up', '--json')).stdout) as {
      run: { built: number; applied: number }
    }
    expect(did).toMatchObject({ built: 0, applied: 0 })
  })

  it('nothing is written while it is paused, also by another daemon, and all of it then', async () => {
    succeeded(await devk('sync', '--pause'))
    await save({ 'node/src/text.js': 'module.exports = "paused"\n' })
    const daemon = (await status()).daemon?.pid
    process.kill(daemon ?? 0, 'SIGKILL')
    succeeded(await devk('sync'))
    expect((await of('node')).sync?.state).toBe('paused')
    expect(await served('node')).toBe('asleep')
    succeeded(await devk('sync', '--resume'))
    await serves('node', 'paused')
    await same('node')
  })

  it('what is in no rule is built anew, which is said, and the old pods serve until the new ones are ready', async () => {
    const before = await pods('node')
    const attached = home().start(['up', '--attach'], { cwd: folder() })
    await attached.saw('').catch(() => {})
    const answers: string[] = []
    let over = false
    const asking = (async () => {
      while (!over) answers.push(await served('node').catch(String))
    })()
    await save({ 'node/package.json': '{ "name": "node", "version": "2.0.0" }\n' })
    await eventually(async () => {
      const after = await pods('node')
      expect(after.some(([pod]) => before.some(([old]) => old === pod))).toBe(false)
      expect(after).toHaveLength(2)
      expect((await of('node')).state).toBe('ready')
    })
    over = true
    await asking
    attached.child.kill('SIGINT')
    expect((await attached.ended).stdout).toContain('rebuilding node: node/package.json is in no sync rule')
    expect(new Set(answers)).toEqual(new Set(['paused']))
    await same('node')
  })

  it('a build that a newer change makes stale is given up for it', async () => {
    await writeFile(at('node/Dockerfile'), `${dockerfiles.node}RUN sleep 5 && cp package.json built.json\n`)
    await save({ 'node/package.json': '{ "name": "stale" }\n' })
    await eventually(async () => expect((await of('node')).sync?.state).toBe('rebuilding'), 20_000)
    await save({ 'node/package.json': '{ "name": "fresh" }\n' })
    await eventually(async () => {
      const [[pod = ''] = []] = await pods('node')
      expect(await inNamespace('exec', pod, '--', 'cat', '/app/built.json')).toContain('fresh')
    })
    const { services } = await status()
    expect(services.find(each => each.name === 'node')?.why).toBeUndefined()
  })

  it('a manifest is applied when it is saved, and the image stays', async () => {
    const built = (await of('binary')).imageBuiltAt
    const manifest = readFileSync(at('binary.json'), 'utf8')
    await writeFile(at('binary.json'), manifest.replace('"replicas":1', '"replicas":2'))
    await eventually(async () => expect(await pods('binary')).toHaveLength(2))
    await same('binary')
    expect((await of('binary')).imageBuiltAt).toBe(built)
  })

  it('devk.yaml is taken over when it is saved; where it is broken, what was before stays and it says why', async () => {
    const attached = home().start(['up', '--attach'], { cwd: folder() })
    await eventually(async () => expect((await status()).running).toBeUndefined())
    await writeFile(
      at('devk.yaml'),
      projectText.replace('restart: process, ignore', 'restart: often, ignore'),
    )
    await new Promise(resolve => setTimeout(resolve, 3_000))
    await writeFile(
      at('devk.yaml'),
      projectText.replace(
        'restart: process, ignore',
        'restart: { run: "echo made > /tmp/made; echo told" }, ignore',
      ),
    )
    await eventually(async () => {
      await save({ 'python/src/text.py': `TEXT = "${Date.now()}"\n` })
      const [[pod = ''] = []] = await pods('python')
      expect(await inNamespace('exec', pod, '--', 'cat', '/tmp/made')).toBe('made\n')
    })
    await eventually(async () => expect(succeeded(await devk('logs', 'python')).stdout).toContain('told'))
    attached.child.kill('SIGINT')
    expect((await attached.ended).stdout).toContain('restart')
  })

  it('a command that fails after a change is shown, and the next change runs it again', async () => {
    await writeFile(
      at('devk.yaml'),
      projectText.replace(
        'restart: process, ignore',
        'restart: { run: "grep -q good /app/src/text.py || { echo not good; exit 3; }" }, ignore',
      ),
    )
    await eventually(async () => {
      await save({ 'python/src/text.py': `TEXT = "bad ${Date.now()}"\n` })
      expect((await of('python')).sync).toMatchObject({
        state: 'failing',
        why: expect.stringContaining('exit code 3: not good'),
      })
    })
    await save({ 'python/src/text.py': 'TEXT = "good"\n' })
    await same('python')
  })

  it('a container or a signal follows on a change where that was asked for', async () => {
    await writeFile(
      at('devk.yaml'),
      projectText
        .replace('restart: process, ignore', 'restart: container, ignore')
        .replace('to: /app }', 'to: /app, restart: { signal: SIGKILL } }'),
    )
    await eventually(async () => expect((await of('python')).sync?.state).toBe('in sync'))
    await eventually(async () => {
      await save({ 'python/src/text.py': `TEXT = "${Date.now()}"\n`, 'locked/src/index.html': 'killed' })
      expect((await of('python')).restarts).toBeGreaterThan(0)
      expect((await of('locked')).restarts).toBeGreaterThan(0)
    })
    await same('python')
    await same('locked')
    await serves('locked', 'killed')
  })
}

async function extract(image: string, path: string, to: string): Promise<void> {
  const id = (await docker('create', image, 'true')).trim()
  try {
    await docker('cp', `${id}:${path}`, to)
  } finally {
    await docker('rm', id)
  }
}
