import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const FILES = 100

export function serviceNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `s${index + 1}`)
}

/** A project of small Node services, each of about as many files as a small real one has. */
export async function writeServices(folder: string, name: string, count: number): Promise<void> {
  const services = serviceNames(count)
  await Promise.all(services.map(service => writeService(join(folder, service), service)))
  const section = services.map(
    service => `  ${service}: { build: ${service}, deploy: ${service}/k8s.yaml }\n`,
  )
  await writeFile(join(folder, 'devk.yaml'), `name: ${name}\nservices:\n${section.join('')}`)
}

/** Another content in every service: nothing of the last round can be taken again. */
export async function touchServices(folder: string, count: number, nonce: string): Promise<void> {
  for (const service of serviceNames(count)) {
    await writeFile(join(folder, service, 'src', 'nonce.js'), `export const nonce = '${nonce}'\n`)
  }
}

async function writeService(folder: string, name: string): Promise<void> {
  await mkdir(join(folder, 'src'), { recursive: true })
  const files: Record<string, string> = {
    Dockerfile:
      'FROM node:24-slim\nWORKDIR /app\nCOPY package.json ./\nCOPY src ./src\nCMD ["node", "src/server.js"]\n',
    '.dockerignore': 'k8s.yaml\n',
    'package.json': '{ "type": "module" }\n',
    'src/server.js': `import { createServer } from 'node:http'\ncreateServer((_, answer) => answer.end('${name}')).listen(8080)\nprocess.once('SIGTERM', () => process.exit())\n`,
    'k8s.yaml': manifest(name),
  }
  for (let index = 0; index < FILES; index++) {
    files[`src/part${index}.js`] = `export const part = '${name} ${'x'.repeat(40 * index)}'\n`
  }
  await Promise.all(Object.entries(files).map(([path, content]) => writeFile(join(folder, path), content)))
}

function manifest(name: string): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec:
  selector: { app: ${name} }
  ports: [{ port: 80, targetPort: 8080 }]
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
          readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
`
}
