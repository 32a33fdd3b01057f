import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ErrorFields } from '../../../src/base/errors.ts'
import type { UpOutput } from '../../../src/protocol/operations.ts'
import type { Place } from '../suites/place.ts'
import { deployment } from './deployment.ts'
import { type Result, succeeded } from './devk.ts'
import { kubectl } from './machine.ts'
import { type AgeKey, newAgeKey } from './sops.ts'

export interface Secret {
  type: string
  data: Record<string, string>
  metadata: { labels: Record<string, string>; annotations: Record<string, string>; uid: string }
}

/** Three services that do nothing: one reads a Secret by its environment, one by a volume, and one reads none. */
export interface SecretsProject {
  name: string
  folder(): string
  key(): AgeKey
  prepare(): Promise<void>
  /** Encrypts a file of `secrets/`. */
  encrypt(file: string, plain: string): Promise<void>
  /** Writes devk.yaml with these secrets. */
  write(...secrets: string[]): Promise<void>
  /** `by-env` reads this key of Secret `one`. */
  readsKey(key: string): Promise<void>
  devk(...args: string[]): Promise<Result>
  up(): Promise<UpOutput>
  /** What failed of an `up`, by what it is. */
  failures(): Promise<Record<string, ErrorFields>>
  secret(name: string, namespace?: string): Promise<Secret>
  values(name: string, namespace?: string): Promise<Record<string, string>>
  /** Ids of the services' pods, but for those that are ending. */
  pods(): Promise<Record<string, string>>
  kube: ReturnType<typeof kubectl>
}

export function secretsProject({ home, provider, cluster }: Place): SecretsProject {
  const name = `e2e-secrets-${provider}`
  const services = ['by-env', 'by-volume', 'neither']
  const folder = () => join(home().folder, name)
  let key: AgeKey

  const deploy = (service: string, container: object, volumes: object[] = []) => {
    const main = { name: 'main', image: 'busybox:1.35', command: ['sleep', '86400'], ...container }
    return writeFile(join(folder(), `${service}.json`), deployment(service, { containers: [main], volumes }))
  }
  const kube: SecretsProject['kube'] = (...asked) =>
    kubectl(join(home().folder, 'state', 'clusters', cluster, 'kubeconfig'))(...asked)
  const devk: SecretsProject['devk'] = (...args) =>
    home().start(args, { cwd: folder(), env: { SOPS_AGE_KEY_FILE: key.file } }).ended
  const secret: SecretsProject['secret'] = async (of, namespace = name) =>
    JSON.parse(await kube(['--namespace', namespace, 'get', 'secret', of, '--output=json'])) as Secret
  const podsOf = async (service: string) => {
    const found = await kube(['-n', name, 'get', 'pods', '-l', `app=${service}`, '--output=json'])
    const { items } = JSON.parse(found) as {
      items: { metadata: { uid: string; deletionTimestamp?: string } }[]
    }
    const staying = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    return staying.map(({ metadata }) => metadata.uid).join()
  }

  return {
    name,
    folder,
    key: () => key,
    async prepare() {
      await mkdir(join(folder(), 'secrets'), { recursive: true })
      key = await newAgeKey(join(folder(), 'key.txt'))
      const volumes = [{ name: 'env', secret: { secretName: 'env' } }]
      await deploy('by-volume', { volumeMounts: [{ name: 'env', mountPath: '/env' }] }, volumes)
      await deploy('neither', {})
    },
    encrypt: (file, plain) => key.encrypt(join(folder(), 'secrets', file), plain),
    write: (...secrets) =>
      writeFile(
        join(folder(), 'devk.yaml'),
        [
          `name: ${name}`,
          `cluster: { provider: ${provider}, name: ${cluster} }`,
          'secrets:',
          ...secrets.map(line => `  - ${line}`),
          'services:',
          ...services.map(service => `  ${service}: { deploy: ${service}.json }`),
          '',
        ].join('\n'),
      ),
    readsKey: of =>
      deploy('by-env', {
        env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'one', key: of } } }],
      }),
    devk,
    up: async () => JSON.parse(succeeded(await devk('up', '--json')).stdout) as UpOutput,
    async failures() {
      const { run } = JSON.parse((await devk('up', '--json')).stdout) as UpOutput
      return Object.fromEntries(run.failures.map(({ what, error }) => [what, error]))
    },
    secret,
    async values(of, namespace) {
      const { data } = await secret(of, namespace)
      return Object.fromEntries(
        Object.entries(data).map(([entry, value]) => [entry, Buffer.from(value, 'base64').toString()]),
      )
    },
    async pods() {
      return Object.fromEntries(
        await Promise.all(services.map(async service => [service, await podsOf(service)] as const)),
      )
    },
    kube,
  }
}
