import { expect, it } from 'vitest'
import { originOf } from '../../../src/kube/manifests/origin.ts'
import { parseManifests } from '../../../src/kube/manifests/parse-manifests.ts'

const read = (text: string) => parseManifests(text, { name: 'k8s/api.yaml' })
const fault = (text: string) => {
  try {
    read(text)
  } catch (error) {
    return error as { code: string; message: string; detail?: string }
  }
  throw new Error('it was read without a fault')
}
const map = (data: string) =>
  read(`apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: ${data}`)[0]?.['data']

it('reads every document of a file, and leaves out those that are empty', () => {
  const objects = read(`---
# only a comment
---
apiVersion: v1
kind: Service
metadata: { name: api }
---
---
apiVersion: v1
kind: Secret
metadata: { name: login }
`)
  expect(objects.map(({ kind }) => kind)).toEqual(['Service', 'Secret'])
  expect(objects.map(originOf)).toEqual(['k8s/api.yaml:4', 'k8s/api.yaml:9'])
})

it('reads JSON as well', () => {
  expect(read('{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}')).toMatchObject([{ kind: 'Pod' }])
})

it('unfolds lists, also lists in lists', () => {
  const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })
  const list = (items: unknown[]) => ({ apiVersion: 'v1', kind: 'List', items })
  const objects = read(JSON.stringify(list([pod('a'), list([pod('b')])])))
  expect(objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
  expect(originOf(objects[1] as never)).toBe('k8s/api.yaml:1 item 2 item 1')
})

it('takes scalars for what kubectl takes them for: a mode written 0644 is octal, yes is true, 22:22 is text', () => {
  expect(map('{ a: 0644, b: 0o17, c: 0x1F, d: 1_000, e: 0b11, f: -0755 }')).toEqual({
    a: 420,
    b: 15,
    c: 31,
    d: 1000,
    e: 3,
    f: -493,
  })
  expect(map('[yes, on, y, N, off, True, ~]')).toEqual([true, true, true, false, false, true, null])
  expect(map('[12:30, 2001-01-01, "0755", !!str 12, =]')).toEqual(['12:30', '2001-01-01', '0755', '12', '='])
})

it('follows anchors and merges', () => {
  expect(map('{ a: &a { x: 1 }, b: { <<: *a, z: 2 } }')).toEqual({ a: { x: 1 }, b: { x: 1, z: 2 } })
})

it('names the file, line and column of broken YAML', () => {
  const error = fault('apiVersion: v1\nkind: Pod\nmetadata: { name: a\n')
  expect(error.code).toBe('MANIFEST_INVALID')
  expect(error.message).toMatch(/^k8s\/api\.yaml has .*k8s\/api\.yaml:4:1: /)
})

it('names a key that is there twice', () => {
  expect(fault('apiVersion: v1\nkind: Pod\nkind: Pod\nmetadata: { name: a }\n').message).toContain(
    'k8s/api.yaml:3:1: Map keys must be unique',
  )
})

it('names an alias without an anchor', () => {
  expect(fault('apiVersion: v1\nkind: Pod\nmetadata: *nowhere\n').message).toContain('nowhere')
})

it('names the document of an object that lacks kind, apiVersion or name', () => {
  expect(fault('a: 1\n---\nkind: Pod\nmetadata: { name: a }\n')).toMatchObject({
    message: expect.stringContaining('4 faults'),
    detail: [
      'k8s/api.yaml:1: kind is missing',
      'k8s/api.yaml:1: the object has no apiVersion',
      'k8s/api.yaml:1: the object has no metadata.name',
      'k8s/api.yaml:3: Pod has no apiVersion',
    ].join('\n'),
  } satisfies Record<string, unknown>)
})

it('says that a document is no object', () => {
  expect(fault('- a\n- b\n').message).toContain('k8s/api.yaml:1: this is a list, not a Kubernetes object')
  expect(fault('just words\n').message).toContain('this is "just words" (a string)')
})

it('says that a name needs quotes where YAML takes it for a number', () => {
  expect(fault('apiVersion: v1\nkind: Pod\nmetadata: { name: 007 }').message).toContain(
    'Pod: metadata.name is 7 (a number); put it in quotes',
  )
})

it('says why an object with generateName is none that can be kept', () => {
  expect(fault('apiVersion: v1\nkind: Job\nmetadata: { generateName: a- }').message).toContain(
    'Job has generateName, and needs a metadata.name',
  )
})
