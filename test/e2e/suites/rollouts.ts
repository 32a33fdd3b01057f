import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../../src/exec/run.ts'
import { currentVersions } from '../../../src/kube/apply/current-versions.ts'
import { withImages } from '../../../src/kube/manifests/images.ts'
import { readDeploy } from '../../../src/kube/manifests/read-deploy.ts'
import { type KubeObject, keyOf } from '../../../src/kube/object.ts'
import { openLive } from '../../../src/kube/rollout/live.ts'
import type { DeploySpec } from '../../../src/model/project.ts'
import { homePrefix } from '../support/devk.ts'
import { pushImage } from '../support/images.ts'
import { docker, eventually, kubectl } from '../support/machine.ts'
import { failure, type Kind, project, stage as stageOf } from '../support/stage.ts'

const { signal } = new AbortController()

/** What comes of manifests in a cluster: why a workload does not come up, what is applied, removed and read. */
export function rollouts(kind: () => Kind): void {
  let kube: ReturnType<typeof kubectl>
  let image: string
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `${homePrefix}manifests-`))
    kube = kubectl(kind().kubeconfig)
    image = `${kind().registry}/e2e/rollout:1`
    await pushImage(image)
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  const stage = (namespace: string) => stageOf(kind().api, namespace)
  const shell = (script: string) => ['sh', '-c', script]
  const forever = shell('trap "exit 0" TERM; sleep 86400 & wait')

  function workload(of: string, container: object = {}, pod: object = {}): KubeObject {
    const labels = { app: 'api' }
    const main = { name: 'main', image, command: forever, ...container }
    const spec = { terminationGracePeriodSeconds: 1, containers: [main], ...pod }
    const selected = of === 'Job' ? { backoffLimit: 0 } : { selector: { matchLabels: labels } }
    return {
      apiVersion: of === 'Job' ? 'batch/v1' : 'apps/v1',
      kind: of,
      metadata: { name: 'api' },
      spec: {
        ...selected,
        ...(of === 'StatefulSet' && { serviceName: 'api' }),
        template: {
          metadata: { labels },
          spec: { ...spec, ...(of === 'Job' && { restartPolicy: 'Never' }) },
        },
      },
    }
  }

  const configMap = (of: string, data: object): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: of },
    data,
  })

  describe.concurrent('what keeps a workload is told by its own reason', () => {
    it.concurrent('a crash: exit code and last lines', async () => {
      const crash = shell('echo connecting; echo "no database" >&2; exit 3')
      const error = await failure(stage('crash').bring(workload('Deployment', { command: crash })))
      expect(error.code).toBe('WORKLOAD_FAILED')
      expect(error.message).toMatch(
        /^Deployment crash\/api does not get ready: pod api-\S+: container main exited with code 3, again and again/,
      )
      // A container's two streams are read apart: what was written to both at once has no order.
      expect(error.detail?.split('\n').toSorted()).toEqual([
        'The last lines of container main:',
        'connecting',
        'no database',
      ])
    })

    it.concurrent('an image that the registry does not have', async () => {
      const missing = `${kind().registry}/e2e/nowhere:1`
      const error = await failure(stage('image').bring(workload('Deployment', { image: missing })))
      expect(error.message).toContain(`image ${missing} can't be had: the registry`)
      expect(error.message).toContain('does not have it')
    })

    it.concurrent('a Secret that is missing', async () => {
      const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db-login', key: 'password' } } }]
      const error = await failure(stage('secret').bring(workload('Deployment', { env })))
      expect(error.message).toMatch(/pod api-\S+: Secret db-login is missing\./)
    })

    it.concurrent('a ConfigMap without the key', async () => {
      const env = [{ name: 'PORT', valueFrom: { configMapKeyRef: { name: 'settings', key: 'PORT' } } }]
      const objects = [configMap('settings', { HOST: 'db' }), workload('Deployment', { env })]
      expect((await failure(stage('key').bring(...objects))).message).toContain(
        'ConfigMap settings has no key PORT',
      )
    })

    it.concurrent('a ConfigMap that a volume wants', async () => {
      const container = {
        name: 'main',
        image,
        command: forever,
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
      }
      const pod = { containers: [container], volumes: [{ name: 'v', configMap: { name: 'absent' } }] }
      const error = await failure(stage('volume').bring(workload('Deployment', {}, pod)))
      expect(error.message).toContain('ConfigMap absent is missing')
    })

    it.concurrent('a pod that no node can take', async () => {
      const greedy = { resources: { requests: { cpu: '500' } } }
      const error = await failure(stage('cpu').bring(workload('Deployment', greedy)))
      expect(error.message).toContain('no node takes it: 0/1 nodes are available: 1 Insufficient cpu.')
    })

    it.concurrent('an init container that fails', async () => {
      const pod = {
        initContainers: [{ name: 'migrate', image, command: shell('echo wrong schema; exit 7') }],
      }
      const error = await failure(stage('init').bring(workload('Deployment', {}, pod)))
      expect(error.message).toContain('init container migrate exited with code 7, again and again')
      expect(error.detail).toContain('wrong schema')
    })

    it.concurrent('a Job that fails', async () => {
      const error = await failure(
        stage('job').bring(workload('Job', { command: shell('echo cannot; exit 4') })),
      )
      expect(error.message).toContain('container main exited with code 4.')
      expect(error.detail).toContain('cannot')
    })

    it.concurrent('a quota that allows no pod', async () => {
      const quota = {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none' },
        spec: { hard: { pods: '0' } },
      }
      const error = await failure(stage('quota').bring(quota, workload('StatefulSet')))
      expect(error.message).toContain('its pods are refused: exceeded quota: none')
    })

    it.concurrent('a readiness probe, by its answer, until it is answered rightly', async () => {
      const { bring, said } = stage('probe')
      const serve = shell('mkdir /www && cd /www && exec httpd -f -p 8080')
      const readinessProbe = { httpGet: { path: '/ok', port: 8080 }, periodSeconds: 1 }
      const waiting = bring(workload('Deployment', { command: serve, readinessProbe }))
      const told = 'the readiness probe of container main fails: HTTP 404'
      await Promise.race([waiting, eventually(async () => expect(said.join('\n')).toContain(told))])
      await kube(['-n', 'probe', 'exec', 'deploy/api', '--', 'touch', '/www/ok'])
      await waiting
    })

    it.concurrent('a correction is not kept back by what was broken before it', async () => {
      for (const of of ['Deployment', 'StatefulSet']) {
        const { bring } = stage(`correct-${of.toLowerCase()}`)
        await failure(bring(workload(of, { command: shell('exit 1') })))
        await bring(workload(of))
      }
    })
  })

  describe.concurrent('applying', () => {
    const crd: KubeObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'engines.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Engine', plural: 'engines', singular: 'engine' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { cylinders: { type: 'integer' } } } },
              },
            },
          },
        ],
      },
    }
    const engine = (spec: object): KubeObject => ({
      apiVersion: 'example.com/v1',
      kind: 'Engine',
      metadata: { name: 'v8' },
      spec,
    })

    it.concurrent('brings a CRD and what it defines in one go, whatever their order in the manifests', async () => {
      const { apply, remove } = stage('crd')
      const applied = await apply(engine({ cylinders: 8 }), crd)
      expect(applied.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'created'])
      const error = await failure(apply(engine({ cylindres: 8 }), crd))
      expect(error.message).toContain(
        'Engine crd/v8 has a field that Kubernetes does not know: spec.cylindres.',
      )
      const removed = await remove(applied.map(({ identity }) => identity))
      expect(removed).toEqual([
        'Engine crd/v8',
        'CustomResourceDefinition engines.example.com',
        'Namespace crd',
      ])
      expect(await kube(['get', 'crd', '-o', 'name'])).not.toContain('engines')
    })

    it.concurrent('names an unknown field and the place of its manifest', async () => {
      const file = join(folder, 'typo.yaml')
      const typo = {
        ...workload('Deployment'),
        spec: { ...(workload('Deployment')['spec'] as object), replica: 2 },
      }
      await writeFile(file, JSON.stringify(typo))
      const objects = await readDeploy({ kind: 'manifests', path: file }, { run, signal, namespace: 'typo' })
      expect((await failure(stage('typo').apply(...objects))).message).toBe(
        `Deployment typo/api (${file}:1) has a field that Kubernetes does not know: spec.replica. It was not applied.`,
      )
    })

    it.concurrent('names a field that can’t be changed, and how to make the object anew', async () => {
      const { apply } = stage('immutable')
      await apply(workload('StatefulSet'))
      const changed = workload('StatefulSet')
      const spec = { ...(changed['spec'] as object), serviceName: 'other' }
      const error = await failure(apply({ ...changed, spec }))
      expect(error).toMatchObject({
        code: 'OBJECT_IMMUTABLE',
        hint: expect.stringContaining('kubectl delete statefulset api -n immutable'),
      })
    })

    it.concurrent('replaces a changed Job, and says so', async () => {
      const { bring, notes } = stage('replaced')
      const [, first] = await bring(workload('Job', { command: ['true'] }))
      const [, same] = await bring(workload('Job', { command: ['true'] }))
      expect(same?.uid).toBe(first?.uid)
      expect(notes).toEqual([])
      const [, second] = await bring(workload('Job', { command: shell('true') }))
      expect(second?.uid).not.toBe(first?.uid)
      expect(notes).toEqual([expect.stringContaining('Job replaced/api changed')])
    })

    it.concurrent('waits until a namespace that is being deleted is gone', async () => {
      const { bring, said } = stage('again')
      await bring(configMap('a', {}))
      await kube(['delete', 'namespace', 'again', '--wait=false'])
      await bring(configMap('a', {}))
      expect(said).toContain('Namespace again is being deleted; waiting until it is gone')
      expect(await kube(['-n', 'again', 'get', 'configmaps', '-o', 'name'])).toContain('configmap/a')
    })

    it.concurrent('sees what others changed of ours, what they deleted, and nothing else', async () => {
      const { bring } = stage('drift')
      const claim = claimOf('data')
      const objects = await bring(
        configMap('a', { x: '1' }),
        configMap('b', {}),
        claim,
        workload('Deployment'),
      )
      const drifted = async () => {
        const versions = await currentVersions(kind().api, objects, { project, signal })
        return objects.filter(object => versions.get(keyOf(object)) !== object.version).map(each => each.kind)
      }
      expect(await drifted()).toEqual([])
      await kube(['-n', 'drift', 'rollout', 'restart', 'deployment/api'])
      await kube(['-n', 'drift', 'scale', 'deployment/api', '--replicas=2'])
      expect(await drifted()).toEqual([])
      await kube(['-n', 'drift', 'set', 'env', 'deployment/api', 'A=b'])
      expect(await drifted()).toEqual([])
      await kube(['-n', 'drift', 'patch', 'configmap', 'a', '-p', '{"data":{"x":"2"}}'])
      await kube(['-n', 'drift', 'delete', 'configmap', 'b'])
      expect(await drifted()).toEqual(['ConfigMap', 'ConfigMap'])
      const again = await bring(configMap('a', { x: '1' }), configMap('b', {}), claim, workload('Deployment'))
      expect(await kube(['-n', 'drift', 'get', 'configmap', 'a', '-o', 'jsonpath={.data.x}'])).toBe('1')
      expect(again.map(({ kind }) => kind)).toEqual(objects.map(({ kind }) => kind))
    })
  })

  function claimOf(of: string): KubeObject {
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: of },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Mi' } } },
    }
  }

  describe.concurrent('removing', () => {
    it.concurrent('takes what is no longer named with its pods, keeps claims, and leaves what was there before', async () => {
      const { bring, apply, remove, notes } = stage('prune')
      await kube(['create', 'namespace', 'prune'])
      await kube(['-n', 'prune', 'create', 'configmap', 'theirs', '--from-literal=x=1'])
      const objects = await bring(
        configMap('mine', {}),
        configMap('theirs', {}),
        claimOf('data'),
        workload('Deployment'),
      )
      const unchanged = await apply(
        configMap('mine', {}),
        configMap('theirs', {}),
        claimOf('data'),
        workload('Deployment'),
      )
      expect(unchanged.map(({ outcome }) => outcome)).toEqual(objects.map(() => 'unchanged'))
      expect(await remove(objects)).toEqual(['Deployment prune/api', 'ConfigMap prune/mine'])
      expect(await kube(['-n', 'prune', 'get', 'pods', '-o', 'name'])).toBe('')
      expect(notes).toEqual([
        'ConfigMap prune/theirs was there before: it is changed as its manifest says, and never removed.',
        'ConfigMap prune/theirs was there before devk changed it, and stays.',
        'PersistentVolumeClaim prune/data stays, with its data.',
      ])
      expect(await remove(objects, false)).toEqual(['PersistentVolumeClaim prune/data'])
      expect(await kube(['-n', 'prune', 'get', 'configmap,pvc', '-o', 'name'])).toContain('configmap/theirs')
      expect(await remove(objects, false)).toEqual([])
    })

    it.concurrent('takes a namespace that it made with all that is in it', async () => {
      const { bring, remove } = stage('whole')
      const [namespace] = await bring(configMap('a', {}), claimOf('data'))
      if (!namespace) throw new Error('no namespace')
      expect(await remove([namespace])).toEqual([])
      expect(await remove([namespace], false)).toEqual(['Namespace whole'])
      expect(await kube(['get', 'namespaces', '-o', 'name'])).not.toContain('namespace/whole')
    })
  })

  describe.concurrent('reading', () => {
    async function files(contents: Record<string, string>): Promise<void> {
      for (const [file, content] of Object.entries(contents)) {
        await mkdir(dirname(join(folder, file)), { recursive: true })
        await writeFile(join(folder, file), content)
      }
    }

    async function bring(deploy: DeploySpec, namespace: string): Promise<string[]> {
      const notes: string[] = []
      const read = await readDeploy(deploy, { run, signal, namespace, say: note => notes.push(note) })
      const { objects, used } = withImages(read, new Map([['api', image]]))
      expect([...used]).toEqual(['api'])
      await stage(namespace).bring(...objects)
      return notes
    }

    const deployment = JSON.stringify(workload('Deployment', { image: 'api' }))

    it.concurrent('applies a kustomization’s overlay of a base, with the image that was built', async () => {
      await files({
        'base/kustomization.yaml':
          'resources: [deployment.yaml]\nconfigMapGenerator: [{ name: settings, literals: [A=base] }]\n',
        'base/deployment.yaml': deployment,
        'dev/kustomization.yaml':
          'resources: [../base]\nnamePrefix: dev-\nreplicas: [{ name: api, count: 2 }]\npatches: [{ path: patch.yaml }]\n',
        'dev/patch.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec: { template: { metadata: { annotations: { patched: "yes" } } } }\n',
      })
      await bring({ kind: 'manifests', path: join(folder, 'dev') }, 'kustomized')
      const found = await kube([
        ...['-n', 'kustomized', 'get', 'deployment', 'dev-api', '-o'],
        'jsonpath={.status.readyReplicas} {.spec.template.metadata.annotations.patched} {.spec.template.spec.containers[0].image}',
      ])
      expect(found).toBe(`2 yes ${image}`)
    })

    it.concurrent('applies a Helm chart with its values, its CRDs and its hooks, and leaves its tests out', async () => {
      await files({
        'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
        'chart/values.yaml': 'replicas: 1\ngreeting: none\n',
        'chart/templates/deployment.yaml': deployment.replace(
          '"spec":{',
          '"spec":{"replicas":{{ .Values.replicas }},',
        ),
        'chart/templates/settings.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }}-settings, namespace: {{ .Release.Namespace }} }\ndata: { greeting: {{ .Values.greeting | quote }} }\n',
        'chart/templates/tests/check.yaml':
          'apiVersion: v1\nkind: Pod\nmetadata: { name: check, annotations: { "helm.sh/hook": test } }\nspec: { containers: [{ name: a, image: nowhere }] }\n',
        'chart/crds/gear.yaml':
          'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: gears.example.com }\nspec:\n  group: example.com\n  scope: Cluster\n  names: { kind: Gear, plural: gears }\n  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]\n',
        'chart/templates/gear.yaml': 'apiVersion: example.com/v1\nkind: Gear\nmetadata: { name: first }\n',
        'values.yaml': 'replicas: 2\n',
      })
      const chart = join(folder, 'chart')
      const set = { greeting: 'a, {b}' }
      const notes = await bring(
        { kind: 'helm', chart, release: 'web', values: [join(folder, 'values.yaml')], set },
        'charted',
      )
      expect(notes).toEqual(['Left out of chart web, because helm runs them only as tests: Pod check.'])
      const jsonpath = (of: string[], path: string) =>
        kube(['-n', 'charted', 'get', ...of, '-o', `jsonpath=${path}`])
      expect(await jsonpath(['deployment', 'api'], '{.status.readyReplicas}')).toBe('2')
      expect(await jsonpath(['configmap', 'web-settings'], '{.data.greeting}')).toBe('a, {b}')
      expect(await kube(['get', 'gears', '-o', 'name'])).toContain('gear.example.com/first')
    })
  })

  it('the live view goes on after the API server was killed', async () => {
    using live = openLive(kind().api, 'default')
    await live.synced(signal)
    const states: boolean[] = []
    live.subscribe(() => states.push(live.snapshot().lost !== undefined))
    await docker('exec', `${kind().name}-control-plane`, 'pkill', '-9', 'kube-apiserver')
    await eventually(() => kube(['-n', 'default', 'create', 'job', 'late', `--image=${image}`, '--', 'true']))
    await eventually(async () => {
      const { workloads, lost } = live.snapshot()
      expect(workloads.map(({ metadata }) => metadata.name)).toContain('late')
      expect(lost).toBeUndefined()
    })
    expect(states).toContain(true)
  })
}
