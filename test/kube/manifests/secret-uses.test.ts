import { describe, expect, it } from 'vitest'
import { type PodTemplate, podTemplateOf } from '../../../src/kube/manifests/pod-templates.ts'
import { secretUses } from '../../../src/kube/manifests/secret-uses.ts'
import { withSecretVersions } from '../../../src/kube/manifests/secret-versions.ts'
import type { KubeObject } from '../../../src/kube/object.ts'

const template: PodTemplate = {
  spec: {
    initContainers: [
      { name: 'init', env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'a' } } }] },
    ],
    containers: [
      {
        name: 'main',
        env: [
          { name: 'PLAIN', value: 'x' },
          { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'b', optional: true } } },
        ],
        envFrom: [{ secretRef: { name: 'all' } }, { configMapRef: { name: 'none' } }],
      },
    ],
    volumes: [
      { name: 'one', secret: { secretName: 'files' } },
      { name: 'two', secret: { secretName: 'files', items: [{ key: 'c', path: 'c' }], optional: true } },
      { name: 'three', projected: { sources: [{ secret: { name: 'mixed', items: [{ key: 'd' }] } }] } },
      { name: 'four', emptyDir: {} },
    ],
  },
}

describe('what pods read of Secrets', () => {
  it('is in their environment and in their volumes, each with its place', () => {
    expect(secretUses(template).map(({ secret, key, where }) => [secret, key, where])).toEqual([
      ['db', 'a', 'container init, env A'],
      ['db', 'b', 'container main, env B'],
      ['all', undefined, 'container main, envFrom'],
      ['files', undefined, 'volume one'],
      ['files', 'c', 'volume two'],
      ['mixed', 'd', 'volume three'],
    ])
  })

  it('may be what they do without', () => {
    const optional = secretUses(template).filter(use => use.optional)
    expect(optional.map(({ where }) => where)).toEqual(['container main, env B', 'volume two'])
  })

  it('is all of a Secret where a volume’s list of items is left empty, as charts do', () => {
    const volumes = [
      { name: 'one', secret: { secretName: 'files', items: null } },
      { name: 'two', secret: { secretName: 'files', items: [] } },
      { name: 'three', projected: { sources: [{ secret: { name: 'mixed', items: null } }] } },
    ]
    expect(secretUses({ spec: { volumes } }).map(({ secret, key }) => [secret, key])).toEqual([
      ['files', undefined],
      ['files', undefined],
      ['mixed', undefined],
    ])
  })

  it('is nothing where there are no pods, or what is written makes no sense', () => {
    expect(secretUses({})).toEqual([])
    const odd = { containers: [{ name: 'a', env: 'no list' }], volumes: [{ projected: 5, secret: {} }] }
    expect(secretUses({ spec: odd as never })).toEqual([])
  })
})

describe('pods that are made of versions of Secrets', () => {
  const object = (kind: string, namespace = 'shop'): KubeObject => ({
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name: 'api', namespace },
    spec: { template },
  })
  const annotationsOf = (given: KubeObject, versions: Record<string, string>) => {
    const [made] = withSecretVersions([given], (name, namespace) => versions[`${namespace}/${name}`])
    return made && podTemplateOf(made)?.metadata?.annotations
  }

  it('name those that they read, so that others don’t restart them', () => {
    const versions = { 'shop/db': '1', 'shop/files': '2', 'shop/unread': '3' }
    expect(annotationsOf(object('Deployment'), versions)).toEqual({ 'devk.dev/secrets': 'db=1,files=2' })
  })

  it('are as they were where nothing that they read is the project’s, or it is in another namespace', () => {
    expect(annotationsOf(object('StatefulSet'), {})).toBeUndefined()
    expect(annotationsOf(object('Deployment', 'other'), { 'shop/db': '1' })).toBeUndefined()
  })

  it('are not made of a Job, which would run again', () => {
    expect(annotationsOf(object('Job'), { 'shop/db': '1' })).toBeUndefined()
  })
})
