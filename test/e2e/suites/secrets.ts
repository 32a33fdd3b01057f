import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ProjectStatus } from '../../../src/model/project-status.ts'
import { succeeded } from '../support/devk.ts'
import { eventually } from '../support/machine.ts'
import { secretsProject } from '../support/secrets-project.ts'
import type { Place } from './place.ts'

/** SOPS files that become Secrets. */
export function secrets(place: Place): void {
  const { home, cluster } = place
  const project = secretsProject(place)
  const { name, devk, up, failures, secret, values, pods } = project
  const second = `${name}-more`
  const whole = [
    '{ name: app, file: secrets/app.enc.yaml }',
    `{ name: one, file: secrets/nested.enc.yaml, key: db.password, namespaces: [${name}, ${second}] }`,
    '{ name: env, file: secrets/app.enc.env }',
    '{ name: store, file: secrets/store.enc.bin }',
    '{ name: manifest, file: secrets/manifest.enc.yaml, manifest: true }',
    '{ name: web, file: secrets/web.enc.yaml, type: tls }',
    '{ name: registry, file: secrets/nested.enc.yaml, key: registry, type: dockerconfigjson }',
  ]
  const nested = (password: string) => `db: { password: ${password} }\nregistry: '{"auths":{}}'\n`
  const list = (...what: string[]) => project.kube(['--namespace', name, 'get', ...what])

  beforeAll(async () => {
    await project.prepare()
    await project.readsKey('pasword')
    const head = 'apiVersion: v1\nkind: Secret\nmetadata: { name: other, namespace: kube-system }\n'
    await project.encrypt('app.enc.yaml', 'token: first-token\nport: 5432\n')
    await project.encrypt('nested.enc.yaml', nested('first-password'))
    await project.encrypt('app.enc.env', 'A=first value\n')
    await project.encrypt('store.enc.bin', 'first bytes')
    await project.encrypt('manifest.enc.yaml', `${head}data: { a: Zmlyc3Q= }\nstringData: { b: plain }\n`)
    await project.encrypt('web.enc.yaml', 'tls.crt: no certificate\ntls.key: no key\n')
    await project.write(...whole)
  })

  afterAll(async () => {
    await devk('down', '--keep-cluster', '--yes')
  })

  it('that lack what a manifest reads are told of with the file, before anything is deployed', async () => {
    const { 'secrets of by-env': missing, ...others } = await failures()
    expect(others).toEqual({})
    expect(missing).toMatchObject({ code: 'SECRETS_KEY_MISSING' })
    expect(missing?.detail).toContain(
      '(by-env.json:1), container main, env PASSWORD: pasword of Secret one is not in secrets/nested.enc.yaml; did you mean password?',
    )
    expect(await list('deployments,secrets', '--output=name')).toBe('')
  })

  it('become Secrets of all kinds, with data alone, and no annotation that repeats them', async () => {
    await project.readsKey('password')
    await up()
    expect(await values('app')).toEqual({ token: 'first-token', port: '5432' })
    expect(await values('one')).toEqual({ password: 'first-password' })
    expect(await values('one', second)).toEqual({ password: 'first-password' })
    expect(await values('env')).toEqual({ A: 'first value' })
    expect(await values('store')).toEqual({ 'store.bin': 'first bytes' })
    expect(await values('manifest')).toEqual({ a: 'first', b: 'plain' })
    expect(await values('registry')).toEqual({ '.dockerconfigjson': '{"auths":{}}' })
    const types = await Promise.all(['app', 'web', 'registry'].map(async each => (await secret(each)).type))
    expect(types).toEqual(['Opaque', 'kubernetes.io/tls', 'kubernetes.io/dockerconfigjson'])
    const { metadata } = await secret('app')
    expect(metadata.labels).toMatchObject({ 'devk.dev/project': name })
    expect(Object.keys(metadata.annotations)).toEqual(['devk.dev/secret-version'])
  })

  it('are left as they are by a second up', async () => {
    expect((await up()).run).toMatchObject({ applied: 0, done: [] })
  })

  it('are applied as they are saved, and only the pods that read them are replaced', async () => {
    const before = await pods()
    await project.encrypt('nested.enc.yaml', nested('second-password'))
    await eventually(async () => expect(await values('one')).toEqual({ password: 'second-password' }))
    expect(await values('one', second)).toEqual({ password: 'second-password' })
    await eventually(async () => {
      const now = await pods()
      expect(Object.keys(now).filter(service => now[service] !== before[service])).toEqual(['by-env'])
    })
    await project.encrypt('app.enc.env', 'A=second value\nB=added\n')
    await eventually(async () => expect(await values('env')).toEqual({ A: 'second value', B: 'added' }))
    await eventually(async () => {
      const now = await pods()
      const replaced = Object.keys(now).filter(service => now[service] !== before[service])
      expect(replaced).toEqual(['by-env', 'by-volume'])
      const { services } = JSON.parse((await devk('status', '--json')).stdout) as ProjectStatus
      expect(services.every(({ state }) => state === 'ready')).toBe(true)
    })
  })

  it('replace nobody where they are encrypted anew, and hold what they held', async () => {
    const [before, version] = [await pods(), (await secret('one')).metadata.annotations]
    await project.encrypt('nested.enc.yaml', nested('second-password'))
    const { run } = await up()
    expect(run.failures).toEqual([])
    expect(await pods()).toEqual(before)
    expect((await secret('one')).metadata.annotations).toEqual(version)
  })

  it('are put back where somebody changed or deleted them, and nobody who reads them is replaced', async () => {
    const before = await pods()
    await project.kube(['-n', name, 'delete', 'secret', 'one'])
    await project.kube(['-n', name, 'patch', 'secret', 'app', '--patch', '{"data":{"token":"b3RoZXI="}}'])
    const { run } = await up()
    expect(run.done.flatMap(({ why }) => why)).toEqual(
      expect.arrayContaining(['Secret one is gone', 'Secret app was changed by somebody else']),
    )
    expect(await values('one')).toEqual({ password: 'second-password' })
    expect(await values('app')).toEqual({ token: 'first-token', port: '5432' })
    expect(await pods()).toEqual(before)
  })

  it('can be of another type, which Kubernetes changes in no Secret', async () => {
    await project.write(...whole.map(line => line.replace(', type: tls', '')))
    await up()
    expect((await secret('web')).type).toBe('Opaque')
    await project.write(...whole)
    await up()
    expect((await secret('web')).type).toBe('kubernetes.io/tls')
  })

  it('are never put in the place of a Secret that the project did not make', async () => {
    await project.kube(['-n', name, 'create', 'secret', 'generic', 'theirs', '--from-literal=token=precious'])
    await project.write(...whole, '{ name: theirs, file: secrets/app.enc.yaml }')
    expect(await failures()).toMatchObject({ 'Secret theirs': { code: 'SECRETS_FOREIGN' } })
    expect(await values('theirs')).toEqual({ token: 'precious' })
    await project.write(...whole)
    await up()
    expect(await values('theirs')).toEqual({ token: 'precious' })
  })

  it('stay as they are where a file was tampered with, which is told', async () => {
    const file = join(project.folder(), 'secrets', 'app.enc.yaml')
    await copyFile(file, `${file}.kept`)
    await project.encrypt('app.enc.yaml', 'token: forged\nport: 1\n')
    const forged = await readFile(file, 'utf8')
    await writeFile(file, forged.replace(/^(token: ENC\[AES256_GCM,data:).{4}/, '$1AAAA'))
    expect(await failures()).toMatchObject({ 'decrypting app': { code: 'SECRETS_TAMPERED_VALUE' } })
    expect(await values('app')).toEqual({ token: 'first-token', port: '5432' })
    await copyFile(`${file}.kept`, file)
    await up()
  })

  it('that were saved while no daemon ran are applied by the next up', async () => {
    const { daemon } = JSON.parse((await devk('status', '--json')).stdout) as ProjectStatus
    process.kill(daemon?.pid ?? 0, 'SIGKILL')
    await project.encrypt('app.enc.yaml', 'token: third-token\nport: 5432\n')
    await up()
    expect(await values('app')).toMatchObject({ token: 'third-token' })
  })

  it('go to no cluster that may be remote, unless the project says so of the file', async () => {
    const folder = join(project.folder(), 'remote')
    const kubeconfig = join(folder, 'kubeconfig')
    await mkdir(folder, { recursive: true })
    await copyFile(join(home().folder, 'state', 'clusters', cluster, 'kubeconfig'), kubeconfig)
    const { kube } = project
    const context = (await kube(['config', 'current-context'])).trim()
    await kube(['--kubeconfig', kubeconfig, 'config', 'rename-context', context, 'production'])
    await copyFile(join(project.folder(), 'secrets', 'app.enc.yaml'), join(folder, 'app.enc.yaml'))
    const write = (more: string) =>
      writeFile(
        join(folder, 'devk.yaml'),
        `name: ${name}-far\ncluster: { provider: existing, context: production, remote: true }\nsecrets: [{ name: app, file: app.enc.yaml${more} }]\n`,
      )
    const env = { KUBECONFIG: kubeconfig, SOPS_AGE_KEY_FILE: project.key().file }
    const far = (...args: string[]) => home().start(args, { cwd: folder, env }).ended
    await write('')
    const refused = await far('up', '--json')
    expect(refused.stdout).toContain('SECRETS_REMOTE_CLUSTER')
    await write(', remote: true')
    succeeded(await far('up'))
    expect(await values('app', `${name}-far`)).toMatchObject({ token: 'third-token' })
    succeeded(await far('down', '--yes'))
  })

  it('go once the project names them no more, where they were not found there', async () => {
    await project.write(...whole.filter(line => !/name: (app|store)/.test(line)))
    const { run } = await up()
    expect(run.removed.toSorted()).toEqual([`Secret ${name}/app`, `Secret ${name}/store`])
    expect(await list('secrets', '--output=name')).not.toContain('secret/app')
  })

  it('go by down, from all namespaces', async () => {
    const { stdout } = succeeded(await devk('down', '--keep-cluster', '--yes'))
    expect(stdout).toContain(`Secret ${second}/one`)
    await expect(project.kube(['get', 'namespace', second])).rejects.toThrow()
    // What somebody else has in it went with the project's own namespace.
    await expect(project.kube(['get', 'namespace', name])).rejects.toThrow()
  })
}
