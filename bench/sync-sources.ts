import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type ServiceName = 'web' | 'plain' | 'api'

export interface Sources {
  folder: string
  /** Where the services' own ports on the node begin: other projects on the same node have theirs. */
  firstPort: number
  /** The Python server runs in a loop, so that whoever kills it has restarted it. */
  looped: boolean
}

const order: readonly ServiceName[] = ['web', 'plain', 'api']
const FILES = 100
const FILE_BYTES = 5_000
/** Where the services have what is written into them, in their containers. */
export const SOURCES = '/app/src'

export const dataFiles = Array.from({ length: FILES }, (_, index) => `data/f${index}.txt`)

/** About as long as a source file is, with the nonce first. */
export function data(nonce: string): string {
  return `${nonce}\n`.padEnd(FILE_BYTES, 'some more text ')
}

export function portOf({ firstPort }: Sources, service: ServiceName): number {
  return firstPort + order.indexOf(service)
}

/** `web` is a Node server that watches its files, `plain` one that does not, `api` a Python server. */
export async function writeSources(sources: Sources): Promise<void> {
  const files: Record<string, string> = {
    'web/Dockerfile': nodeDockerfile('"node", "--watch", "src/server.js"'),
    'plain/Dockerfile': nodeDockerfile('"node", "src/server.js"'),
    'api/Dockerfile': pythonDockerfile(sources.looped),
    'api/src/server.py': pythonServer,
    'api/src/text.py': text('api', 'as built'),
  }
  for (const service of order) {
    files[`${service}/.dockerignore`] = 'k8s.yaml\n'
    files[`${service}/k8s.yaml`] = manifest(service, portOf(sources, service))
  }
  for (const service of ['web', 'plain'] as const) {
    files[`${service}/src/server.js`] = nodeServer
    files[`${service}/src/text.js`] = text(service, 'as built')
  }
  for (const file of dataFiles) files[`web/src/${file}`] = data('as built')
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(sources.folder, path, '..'), { recursive: true })
    await writeFile(join(sources.folder, path), content)
  }
}

/** The file that holds what a service answers. */
export function textFile(service: ServiceName): string {
  return service === 'api' ? 'text.py' : 'text.js'
}

export function text(service: ServiceName, value: string): string {
  return service === 'api' ? `TEXT = "${value}"\n` : `module.exports = "${value}"\n`
}

/** A project of devk's, on a cluster that may be another project's. */
export function projectFile(name: string, cluster: string, services: readonly ServiceName[]): string {
  const rules: Record<ServiceName, string> = {
    web: `, sync: [{ from: web/src, to: ${SOURCES} }]`,
    plain: '',
    api: `, sync: [{ from: api/src, to: ${SOURCES}, restart: process }]`,
  }
  const section = services.map(
    service => `  ${service}: { build: ${service}, deploy: ${service}/k8s.yaml${rules[service]} }\n`,
  )
  return `name: ${name}\ncluster: { name: ${cluster} }\nservices:\n${section.join('')}`
}

function nodeDockerfile(command: string): string {
  return `FROM node:24-slim\nWORKDIR /app\nCOPY src ./src\nCMD [${command}]\n`
}

function pythonDockerfile(looped: boolean): string {
  const command = looped
    ? '"sh", "-c", "while :; do python -u src/server.py; done"'
    : '"python", "-u", "src/server.py"'
  // Compiled files know no finer times than seconds.
  return `FROM python:3.11-slim\nENV PYTHONDONTWRITEBYTECODE=1\nWORKDIR /app\nCOPY src ./src\nCMD [${command}]\n`
}

const nodeServer = `require('node:http').createServer((_, answer) => answer.end(require('./text.js'))).listen(8080)
process.once('SIGTERM', () => process.exit())
`

const pythonServer = `import http.server, text
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.TEXT.encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
`

/** Without a probe, whose steps of a second would hide what the tools do: a pod is Ready once it runs. */
function manifest(name: string, nodePort: number): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec:
  type: NodePort
  selector: { app: ${name} }
  ports: [{ port: 80, targetPort: 8080, nodePort: ${nodePort} }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: ${name}
          image: ${name}
`
}
