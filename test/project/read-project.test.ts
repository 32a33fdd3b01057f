import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DevkError } from '../../src/base/errors.ts'
import { findProject } from '../../src/base/find-project.ts'
import { projectJsonSchema } from '../../src/project/json-schema.ts'
import { readProject } from '../../src/project/read-project.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  file = join(folder, 'devk.yaml')
})
afterEach(() => rm(folder, { recursive: true }))

async function read(text: string) {
  await writeFile(file, text)
  return await readProject(file)
}

const fault = (text: string) =>
  read(text).then(
    () => undefined,
    error => error as DevkError,
  )

it('is found from any folder below it, and nowhere else', async () => {
  await writeFile(file, 'name: shop\n')
  const deep = join(folder, 'services', 'api')
  await mkdir(deep, { recursive: true })
  expect(findProject(deep)).toBe(file)
  expect(findProject(tmpdir())).toBeUndefined()
})

it('asks for a kind cluster of its own name where it says nothing of a cluster', async () => {
  const { cluster } = await read('name: shop\n')
  expect(cluster).toMatchObject({ name: 'shop', provider: 'kind', workers: 0, ports: [], mounts: [] })
})

it('reads a cluster with paths relative to itself', async () => {
  await writeFile(join(folder, 'kind.yaml'), 'networking: {}\n')
  const { cluster } = await read(
    'name: shop\ncluster:\n  provider: k3d\n  workers: 2\n  kubernetes: "1.30"\n  ports: ["8080:80"]\n  mounts: ["./data:/data"]\n  labels: { tier: web }\n  config: kind.yaml\n',
  )
  expect(cluster).toEqual({
    name: 'shop',
    provider: 'k3d',
    workers: 2,
    kubernetes: '1.30',
    ports: [{ address: '127.0.0.1', host: 8080, node: 80, protocol: 'tcp' }],
    mounts: [{ from: join(folder, 'data'), to: '/data', readOnly: false }],
    labels: { tier: 'web' },
    config: { path: join(folder, 'kind.yaml'), content: 'networking: {}\n' },
  })
})

describe('a fault is told with its line, its column, the value and the nearest right name', () => {
  it.each([
    ['name: Shop\n', '1:7: name must be 1 to 32 lower-case letters', '"Shop"'],
    ['nam: shop\n', 'nam is not known; did you mean name?', '1:6'],
    ['name: shop\ncluster:\n  workers: -1\n', '3:12: cluster.workers', '-1'],
    ['name: shop\ncluster:\n  kubernetes: 1.30\n', 'must be a string: write it in quotes', '3:15'],
    ['name: shop\ncluster:\n  provider: minikube\n', '3:13: cluster.provider', 'minikube'],
    ['name: shop\ncluster: { provider: existing }\n', 'cluster.context', '2:10'],
    ['name: [\n', '2:1', 'Flow sequence'],
  ])('%j', async (text, ...parts) => {
    const error = await fault(text)
    expect(error?.code).toBe('PROJECT_INVALID')
    for (const part of parts) expect(error?.detail).toContain(part)
  })
})

it('names a provider configuration that is not there', async () => {
  const error = await fault('name: shop\ncluster:\n  config: gone.yaml\n')
  expect(error?.message).toContain(join(folder, 'gone.yaml'))
})

describe('services', () => {
  beforeEach(async () => {
    await mkdir(join(folder, 'api', 'k8s'), { recursive: true })
    await writeFile(join(folder, 'api', 'Dockerfile'), 'FROM scratch\n')
    await mkdir(join(folder, 'chart'))
    await writeFile(join(folder, 'chart', 'Chart.yaml'), 'name: chart\n')
  })

  it('are complete and absolute, whatever short form they are written in', async () => {
    const { services, namespace } = await read(
      'name: shop\nservices:\n  api: { build: api, deploy: api/k8s, needs: [db] }\n  db: { deploy: [chart, { chart: chart, release: two, values: [v.yaml] }] }\n',
    )
    expect(namespace).toBe('shop')
    expect(services).toEqual([
      {
        name: 'api',
        build: {
          context: join(folder, 'api'),
          dockerfile: join(folder, 'api', 'Dockerfile'),
          target: undefined,
          args: {},
          platforms: [],
          cacheFrom: [],
        },
        deploy: [{ kind: 'manifests', path: join(folder, 'api', 'k8s') }],
        needs: ['db'],
        imagePaths: [],
        forward: [],
        sync: [],
      },
      {
        name: 'db',
        build: undefined,
        deploy: [
          { kind: 'helm', chart: join(folder, 'chart'), release: 'db', values: [], set: {} },
          {
            kind: 'helm',
            chart: join(folder, 'chart'),
            release: 'two',
            values: [join(folder, 'v.yaml')],
            set: {},
          },
        ],
        needs: [],
        imagePaths: [],
        forward: [],
        sync: [],
      },
    ])
  })

  it.each([
    ['services:\n  api: { build: apo }\n', '3:17: services.api.build is no folder: "apo"'],
    ['services:\n  api: { build: chart }\n', 'has no Dockerfile at'],
    ['services:\n  api: { deploy: api/k9s }\n', '3:18: services.api.deploy is not there: "api/k9s"'],
    ['services:\n  api: { deploy: { chart: api } }\n', 'is no chart'],
    ['services:\n  api: {}\n', 'has neither build nor deploy'],
    [
      'services:\n  api: { build: api, deplyo: api/k8s }\n',
      'services.api.deplyo is not known; did you mean deploy?',
    ],
    ['services:\n  api: { build: { contxt: api } }\n', 'did you mean context?'],
    ['services:\n  api: { build: api, needs: [apo] }\n', 'names no service; did you mean api?: "apo"'],
    [
      'services:\n  api: { build: api, needs: [b] }\n  b: { build: api, needs: [api] }\n',
      'goes in a circle: api → b → api',
    ],
    ['services:\n  Api: { build: api }\n', 'services.Api'],
    ['cluster: { provider: kind, context: x }\n', 'cluster.context is only for provider existing'],
  ])('%j', async (text, part) => {
    expect((await fault(`name: shop\n${text}`))?.detail).toContain(part)
  })
})

describe('variables', () => {
  const named = (text: string, env: NodeJS.ProcessEnv = {}, dotenv = '') =>
    Promise.all([writeFile(file, text), writeFile(join(folder, '.env'), dotenv)]).then(() =>
      readProject(file, { env }),
    )

  it('come from the environment, then from .env, then from their default', async () => {
    const text = 'name: ${A}-${B:-b}-${C:-c}\n'
    const { name } = await named(text, { A: 'env' }, 'A=file\nB=file\n')
    expect(name).toBe('env-file-c')
  })

  it('are read as what they are where they stand without quotes', async () => {
    const text = 'name: shop\ncluster:\n  workers: ${N}\n  kubernetes: "${V}"\n'
    expect((await named(text, { N: '2', V: '1.30' })).cluster).toMatchObject({
      workers: 2,
      kubernetes: '1.30',
    })
  })

  it('may be written as text', async () => {
    const { cluster } = await named('name: shop\ncluster: { labels: { a: "$${HOME}" } }\n')
    expect(cluster).toMatchObject({ labels: { a: '${HOME}' } })
  })

  it('are a fault with line and column where they have no value', async () => {
    const error = await named('name: shop\ncluster:\n  labels: { a: "x${GONE}" }\n').catch(
      (thrown: DevkError) => thrown,
    )
    expect((error as DevkError).detail).toContain(`${file}:3:16: \${GONE} has no value: set GONE`)
  })
})

describe('overlays', () => {
  const base =
    'name: shop\ncluster: { workers: 1, labels: { a: "1", b: "2" } }\nprofiles: { ci: ci.yaml, fast: fast.yaml }\n'

  it('are merged in the order that they are named in: key by key, lists whole, null takes away', async () => {
    await writeFile(join(folder, 'ci.yaml'), 'cluster: { workers: 2, labels: { a: null } }\n')
    await writeFile(join(folder, 'fast.yaml'), 'cluster: { workers: 0 }\n')
    await writeFile(file, base)
    const { cluster, profiles } = await readProject(file, { profiles: ['ci', 'fast'] })
    expect(cluster).toMatchObject({ workers: 0, labels: { b: '2' } })
    expect(profiles).toEqual(['ci', 'fast'])
  })

  it('are named where the fault is theirs', async () => {
    await writeFile(join(folder, 'ci.yaml'), 'cluster:\n  workers: many\n')
    await writeFile(file, base)
    const error = await readProject(file, { profiles: ['ci'] }).catch((thrown: DevkError) => thrown)
    expect((error as DevkError).detail).toContain(`${join(folder, 'ci.yaml')}:2:12: cluster.workers`)
  })

  it('are a fault where nobody knows them, or they are not there', async () => {
    await writeFile(file, base)
    const error = (profiles: string[]) =>
      readProject(file, { profiles }).catch((thrown: DevkError) => (thrown as DevkError).detail)
    expect(await error(['cl'])).toContain('profiles has no cl; did you mean ci?')
    expect(await error(['ci'])).toContain("profiles.ci can't be read")
  })
})

describe('secrets', () => {
  const secrets = async (...items: string[]) => {
    await mkdir(join(folder, 'secrets'), { recursive: true })
    await writeFile(join(folder, 'secrets', 'a.enc.yaml'), '')
    return (await read(['name: shop', 'secrets:', ...items.map(item => `  - ${item}`), ''].join('\n')))
      .secrets
  }
  const complaint = (...items: string[]) =>
    secrets(...items).then(
      () => 'none',
      (error: DevkError) => error.detail ?? '',
    )

  it('go to the project’s namespace, as Opaque, unless told', async () => {
    expect(await secrets('{ name: a, file: secrets/a.enc.yaml }')).toEqual([
      {
        name: 'a',
        file: join(folder, 'secrets', 'a.enc.yaml'),
        manifest: false,
        type: 'Opaque',
        namespaces: ['shop'],
        remote: false,
      },
    ])
  })

  it('have types by short names, or by any of one’s own', async () => {
    const types = ['tls', 'dockerconfigjson', 'basic-auth', 'ssh-auth', 'Opaque', 'example.com/own']
    const found = await secrets(
      ...types.map((type, index) => `{ name: s${index}, file: secrets/a.enc.yaml, type: ${type} }`),
    )
    expect(found.map(({ type }) => type)).toEqual([
      'kubernetes.io/tls',
      'kubernetes.io/dockerconfigjson',
      'kubernetes.io/basic-auth',
      'kubernetes.io/ssh-auth',
      'Opaque',
      'example.com/own',
    ])
  })

  it('are a fault with its place where the file is not there', async () => {
    expect(await complaint('{ name: a, file: secrets/b.yaml }')).toMatch(
      /devk\.yaml:3:\d+: secrets\.0\.file is no file: "secrets\/b\.yaml"/,
    )
  })

  it('are a fault where two are one Secret of one namespace', async () => {
    const said = await complaint(
      '{ name: a, file: secrets/a.enc.yaml, namespaces: [one, two] }',
      '{ name: a, file: secrets/a.enc.yaml, namespaces: [two] }',
    )
    expect(said).toContain('secrets.1.name is the Secret of secrets.0 as well: "a"')
    expect(
      await complaint(
        '{ name: a, file: secrets/a.enc.yaml, namespaces: [one] }',
        '{ name: a, file: secrets/a.enc.yaml }',
      ),
    ).toBe('none')
  })

  it('are a fault where a manifest is taken apart', async () => {
    expect(await complaint('{ name: a, file: secrets/a.enc.yaml, manifest: true, key: b }')).toContain(
      'secrets.0.manifest goes with neither key nor entry',
    )
  })

  it('are a fault where Kubernetes would take neither the name nor the entry', async () => {
    const said = await complaint('{ name: A_b, file: secrets/a.enc.yaml, entry: "a b" }')
    expect(said).toContain('secrets.0.name must be lower-case letters')
    expect(said).toContain('secrets.0.entry must be letters')
  })
})

describe('sync rules', () => {
  const rules = async (...sync: string[]) => {
    await mkdir(join(folder, 'k8s'), { recursive: true })
    await mkdir(join(folder, 'src'), { recursive: true })
    await writeFile(join(folder, 'config.json'), '')
    return `name: shop\nservices:\n  a:\n    deploy: k8s\n    sync: [${sync.join(', ')}]\n`
  }

  it('lead folders to folders and files to files, and restart nothing unless they say so', async () => {
    const text = await rules(
      '{ from: src, to: /app/src/ }',
      '{ from: config.json, to: /etc/app/ }',
      '{ from: config.json, to: /etc/app.json, restart: process, container: main, ignore: ["*.log"], gitignore: true }',
    )
    const { services } = await read(text)
    const more = { container: undefined, ignore: [], gitignore: false, restart: { how: 'none' } }
    expect(services[0]?.sync).toEqual([
      { ...more, from: join(folder, 'src'), isFile: false, to: '/app/src' },
      { ...more, from: join(folder, 'config.json'), isFile: true, to: '/etc/app/config.json' },
      {
        ...{ from: join(folder, 'config.json'), isFile: true, to: '/etc/app.json' },
        ...{ restart: { how: 'process' }, container: 'main', ignore: ['*.log'], gitignore: true },
      },
    ])
  })

  it('may send a signal or run a command', async () => {
    const text = await rules(
      '{ from: src, to: /a, restart: { signal: SIGHUP } }',
      '{ from: src, to: /b, restart: { run: npm run build } }',
    )
    const { services } = await read(text)
    expect(services[0]?.sync.map(({ restart }) => restart)).toEqual([
      { how: 'signal', signal: 'SIGHUP' },
      { how: 'run', command: 'npm run build' },
    ])
  })

  it.each([
    ['{ from: source, to: /a }', 'services.a.sync.0.from is not there'],
    ['{ from: src, to: a }', 'must be absolute'],
    ['{ from: src, to: / }', 'is the whole container'],
    ['{ from: src, to: /a, restart: { signal: SIGNONE } }', 'is no signal'],
    ['{ from: src, to: /a, restart: often }', 'restart'],
  ])('are refused where they mean nothing: %s', async (rule, words) => {
    expect((await fault(await rules(rule)))?.detail).toContain(words)
  })

  it('need something to write into', async () => {
    const text = (await rules('{ from: src, to: /a }')).replace('deploy: k8s', 'build: src')
    await writeFile(join(folder, 'src', 'Dockerfile'), 'FROM scratch\n')
    expect((await fault(text))?.detail).toContain('services.a.sync has nothing to write into')
  })
})

it('takes forwards as numbers and as text, and says where one is wrong', async () => {
  await mkdir(join(folder, 'k8s'))
  const { services } = await read(
    'name: shop\nservices:\n  a: { deploy: k8s, forward: [5432, "3000:http"] }\n',
  )
  expect(services[0]?.forward.map(({ local, port }) => [local, port])).toEqual([
    [5432, 5432],
    [3000, 'http'],
  ])
  const wrong = 'name: shop\nservices:\n  a: { deploy: k8s, forward: ["53/udp"] }\n'
  expect((await fault(wrong))?.detail).toMatch(/3:\d+: services.a.forward.0 is wrong: "53\/udp": only TCP/)
  const twice =
    'name: shop\nservices:\n  a: { deploy: k8s, forward: [80] }\n  b: { deploy: k8s, forward: [80] }\n'
  expect((await fault(twice))?.detail).toContain('has the local port of services.a.forward.0: 80')
})

it('has a JSON Schema that says what it says', () => {
  const schema = projectJsonSchema()
  expect(schema).toMatchObject({ title: 'devk.yaml', type: 'object', required: ['name'] })
  expect(Object.keys((schema as { properties: object }).properties)).toContain('services')
})
