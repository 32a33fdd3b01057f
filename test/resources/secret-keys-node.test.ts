import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { recordingRun } from '../../src/exec/recording.ts'
import type { DeploySpec } from '../../src/model/project.ts'
import type { RunContext } from '../../src/resources/run-context.ts'
import { secretKeysNode } from '../../src/resources/secret-keys-node.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
  vi.stubEnv('DEVK_HOME', folder)
  await mkdir(join(folder, 'data', 'bin'), { recursive: true })
  await writeFile(join(folder, 'data', 'bin', 'helm'), '')
  await chmod(join(folder, 'data', 'bin', 'helm'), 0o755)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const job = (key: string) => `apiVersion: batch/v1
kind: CronJob
metadata: { name: cron }
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - { name: main, env: [{ name: P, valueFrom: { secretKeyRef: { name: db, key: ${key} } } }] }
`

/** Looks at a service of these manifests, beside a Secret `db` that has a password. */
async function look(deploy: DeploySpec, rendered = ''): Promise<unknown> {
  const service = { name: 'api', deploy: [deploy] }
  const spec = { name: 'db', file: join(folder, 'db.enc.yaml'), namespaces: ['shop'] }
  const { run } = recordingRun(() => ({ stdout: rendered }))
  const project = { name: 'shop', namespace: 'shop', folder, secrets: [spec] }
  const node = secretKeysNode({ project, run } as unknown as RunContext, service as never)
  const inputs = new Map([['secret-entries:db', { entries: ['password'] }]])
  const applying = { inputs, fingerprint: {}, record: undefined, why: [], note: () => {}, say: () => {} }
  return await node.apply({ ...applying, remember: async () => {} }, new AbortController().signal)
}

it('names the file of a manifest that wants what is missing, seen from the project', async () => {
  await mkdir(join(folder, 'k8s'))
  await writeFile(join(folder, 'k8s', 'cron.yaml'), job('pasword'))
  await expect(look({ kind: 'manifests', path: join(folder, 'k8s') })).rejects.toMatchObject({
    code: 'SECRETS_KEY_MISSING',
    detail:
      'CronJob cron (k8s/cron.yaml:1), container main, env P: pasword of Secret db is not in db.enc.yaml; did you mean password?',
  })
})

it('names a chart’s template as helm does, wherever devk runs', async () => {
  const helm: DeploySpec = { kind: 'helm', chart: join(folder, 'chart'), release: 'api', values: [], set: {} }
  await expect(look(helm, `---\n# Source: web/templates/cron.yaml\n${job('pasword')}`)).rejects.toMatchObject(
    {
      detail: expect.stringContaining('CronJob cron (web/templates/cron.yaml), container main'),
    },
  )
})

it('tells where a Secret is that the project makes as well', async () => {
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: db }\n'
  await writeFile(join(folder, 'db.yaml'), secret)
  await expect(look({ kind: 'manifests', path: join(folder, 'db.yaml') })).rejects.toMatchObject({
    code: 'SECRETS_TWICE',
    message: expect.stringContaining('it is in db.yaml:1 as well'),
  })
})
