import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { ProjectStatus, ServiceStatus } from '../../../src/model/project-status.ts'
import type { Place } from '../suites/place.ts'
import { filesHere, filesIn, podsOf, type RunningPod } from './container-files.ts'
import { deployment } from './deployment.ts'
import { type Result, succeeded } from './devk.ts'
import { docker, eventually, kubectl } from './machine.ts'

/** What each service reads at its start, or when it is told to. */
export const dockerfiles = {
  node: 'FROM node:24-slim\nWORKDIR /app\nCOPY package.json .\nCOPY src src\nCMD ["node", "--watch", "src/server.js"]\n',
  python:
    'FROM python:3.11-slim\nWORKDIR /app\nCOPY src src\nENTRYPOINT ["python", "-u"]\nCMD ["src/server.py"]\n',
  binary:
    'FROM scratch\nCOPY bin /srv/bin\nCOPY www /srv/www\nENTRYPOINT ["/srv/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/srv/www"]\n',
  locked:
    'FROM busybox:1.35\nCOPY src /app\nUSER 1234:1234\nCMD ["busybox", "httpd", "-f", "-p", "8080", "-h", "/app"]\n',
}

export const sources = {
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

const services = {
  node: { from: 'node/src', to: '/app/src', rules: '[{ from: node/src, to: /app/src }]' },
  python: {
    from: 'python/src',
    to: '/app/src',
    rules: '[{ from: python/src, to: /app/src, restart: process, ignore: [__pycache__/] }]',
  },
  binary: {
    from: 'binary',
    to: '/srv',
    rules: '[{ from: binary/bin, to: /srv/bin, restart: process }, { from: binary/www, to: /srv/www }]',
  },
  locked: { from: 'locked/src', to: '/app', rules: '[{ from: locked/src, to: /app }]' },
}

export type Name = keyof typeof services
export const names = Object.keys(services) as Name[]

/** A project of services that are written into while they run. */
export interface Redeployed {
  name: string
  text(): string
  prepare(): Promise<void>
  devk(...args: string[]): Promise<Result>
  at(path: string): string
  save(files: Record<string, string>): Promise<void>
  status(): Promise<ProjectStatus>
  of(service: Name): Promise<ServiceStatus>
  served(service: Name): Promise<string>
  /** Resolves once that is what it answers. */
  serves(service: Name, text: string): Promise<void>
  pods(service: Name): Promise<RunningPod[]>
  inNamespace(...args: string[]): Promise<string>
  inContainers(service: Name): Promise<string[]>
  /** Resolves once every container of it has its sources, by hash, and devk says so. */
  same(service: Name): Promise<void>
  killDaemon(): Promise<void>
}

export function redeployed({ home, provider, cluster }: Place): Redeployed {
  const name = `e2e-redeploy-${provider}`
  const folder = () => join(home().folder, name)
  const at = (path: string) => join(folder(), path)
  const kube = (...args: string[]) =>
    kubectl(join(home().folder, 'state', 'clusters', cluster, 'kubeconfig'))(args)
  const devk = (...args: string[]): Promise<Result> => home().start(args, { cwd: folder() }).ended
  const text = () =>
    [
      `name: ${name}`,
      `cluster: { provider: ${provider}, name: ${cluster} }`,
      'services:',
      ...names.map(
        service =>
          `  ${service}: { build: ${service}, deploy: ${service}.json, forward: ["auto:18080:8080"], sync: ${services[service].rules} }`,
      ),
      '',
    ].join('\n')

  async function save(files: Record<string, string>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(at(path), '..'), { recursive: true })
      await writeFile(at(path), content)
    }
  }
  async function prepare(): Promise<void> {
    for (const service of names) await save({ [`${service}/Dockerfile`]: dockerfiles[service] })
    await save(sources)
    await mkdir(at('binary/bin'))
    const busybox = at('binary/bin/busybox')
    await copyFile('/bin/busybox', busybox).catch(() => extract('busybox:1.35', '/bin/busybox', busybox))
    for (const [service, manifest] of Object.entries(manifests()))
      await save({ [`${service}.json`]: manifest })
    await save({ 'devk.yaml': text() })
  }
  const status = async () => JSON.parse(succeeded(await devk('status', '--json')).stdout) as ProjectStatus
  async function of(service: Name): Promise<ServiceStatus> {
    const found = (await status()).services.find(each => each.name === service)
    if (!found) throw new Error(`there is no ${service}`)
    return found
  }
  async function served(service: Name): Promise<string> {
    const [forward] = (await of(service)).forwards
    const answer = await fetch(`http://localhost:${forward?.port}`, { signal: AbortSignal.timeout(20_000) })
    return await answer.text()
  }
  const pods = (service: Name) => podsOf(args => kube(...args), name, service)
  async function inContainers(service: Name): Promise<string[]> {
    const found = await pods(service)
    expect(found.length).toBeGreaterThan(0)
    return await Promise.all(found.map(pod => filesIn(pod, services[service].to)))
  }
  return {
    name,
    text,
    prepare,
    devk,
    at,
    save,
    status,
    of,
    served,
    serves: (service, wanted) => eventually(async () => expect(await served(service)).toBe(wanted), 60_000),
    pods,
    inNamespace: (...args) => kube('--namespace', name, ...args),
    inContainers,
    same: service =>
      eventually(async () => {
        const wanted = await filesHere(at(services[service].from))
        for (const files of await inContainers(service)) expect(files).toBe(wanted)
        expect((await of(service)).sync).toMatchObject({ state: 'in sync', behind: 0 })
      }, 60_000),
    async killDaemon() {
      const { daemon } = await status()
      if (!daemon) throw new Error('there is no daemon')
      process.kill(daemon.pid, 'SIGKILL')
    },
  }
}

function manifests(): Record<Name, string> {
  const port = { containerPort: 8080 }
  const readinessProbe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 }
  const container = (service: Name) => ({ name: service, image: service, ports: [port], readinessProbe })
  // It ends at once when it is asked to, whoever it answers just then: so it is asked once nobody is sent to it.
  const node = { ...container('node'), lifecycle: { preStop: { sleep: { seconds: 1 } } } }
  const locked = {
    ...container('locked'),
    securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
    volumeMounts: [{ name: 'app', mountPath: '/app' }],
  }
  return {
    node: deployment('node', { containers: [node], terminationGracePeriodSeconds: 5 }, { replicas: 2 }),
    python: deployment('python', { containers: [container('python')] }),
    binary: deployment('binary', { containers: [container('binary')] }),
    locked: deployment('locked', { containers: [locked], volumes: [{ name: 'app', emptyDir: {} }] }),
  }
}

async function extract(image: string, path: string, to: string): Promise<void> {
  const id = (await docker('create', image, 'true')).trim()
  try {
    await docker('cp', `${id}:${path}`, to)
  } finally {
    await docker('rm', id)
  }
}
