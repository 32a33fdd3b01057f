import { expect, it } from 'vitest'
import { explainRefusal } from '../../../src/kube/apply/explain-refusal.ts'
import { withOrigin } from '../../../src/kube/manifests/origin.ts'
import { KubeRefusal } from '../../../src/kube/refusal.ts'

function explained(status: number, message: string, causes: object[] = [], kind = 'Deployment') {
  const object = { apiVersion: 'apps/v1', kind, metadata: { name: 'api', namespace: 'shop' } }
  const answer = JSON.stringify({ message, details: { causes } })
  return explainRefusal(new KubeRefusal('PATCH', '/x', status, answer), withOrigin(object, 'k8s/api.yaml:3'))
}

it('names the unknown fields of a built-in kind', () => {
  const error = explained(
    500,
    'failed to create typed patch object (shop/api; apps/v1, Kind=Deployment): errors:\n  .spec.replica: field not declared in schema\n  .spec.template.spec.containers[name="api"].imge: field not declared in schema',
  )
  expect(error.code).toBe('OBJECT_INVALID')
  expect(error.message).toBe(
    'Deployment shop/api (k8s/api.yaml:3) has fields that Kubernetes does not know: spec.replica, spec.template.spec.containers[name="api"].imge. It was not applied.',
  )
})

it('names the unknown field of a custom resource', () => {
  const error = explained(400, 'strict decoding error: unknown field "spec.cylindres"', [], 'Engine')
  expect(error.message).toContain('a field that Kubernetes does not know: spec.cylindres')
})

it('names the field that can’t be changed, and how to make the object anew', () => {
  const error = explained(
    422,
    'Deployment.apps "api" is invalid: spec.selector: Invalid value: {...}: field is immutable',
    [{ field: 'spec.selector', message: 'field is immutable' }],
  )
  expect(error.code).toBe('OBJECT_IMMUTABLE')
  expect(error.message).toContain('Kubernetes keeps spec.selector as it was when the object was made')
  expect(error.hint).toContain('kubectl delete deployment api -n shop')
})

it('says what becomes of the data where a claim or its owner is made anew', () => {
  const forbidden =
    'is invalid: spec: Forbidden: updates to statefulset spec for fields other than ... are forbidden'
  expect(explained(422, forbidden, [{ field: 'spec' }], 'StatefulSet').hint).toContain('their data stay')
  const claim = 'is invalid: spec: Forbidden: spec is immutable after creation except resources.requests'
  expect(explained(422, claim, [{ field: 'spec' }], 'PersistentVolumeClaim').hint).toContain(
    'its data goes with it',
  )
})

it('names a namespace that is not there', () => {
  expect(explained(404, 'namespaces "shop" not found')).toMatchObject({
    code: 'NAMESPACE_MISSING',
    message: 'Deployment shop/api (k8s/api.yaml:3) was not applied: there is no namespace shop.',
  })
})

it('repeats Kubernetes’ words where it knows nothing better', () => {
  expect(explained(422, 'spec.replicas: Invalid value: -1')).toMatchObject({
    code: 'OBJECT_INVALID',
    message:
      'Deployment shop/api (k8s/api.yaml:3) was refused by Kubernetes, and not applied: spec.replicas: Invalid value: -1.',
  })
  expect(explained(403, 'exceeded quota').code).toBe('OBJECT_REFUSED')
})

it('names an entry that is there twice, and a value that YAML took for another kind', () => {
  const typed = (why: string) =>
    `failed to create typed patch object (shop/api; apps/v1, Kind=Deployment): ${why}`
  expect(
    explained(500, typed('.spec.containers[name="a"].env: duplicate entries for key [name="X"]')).message,
  ).toBe(
    'Deployment shop/api (k8s/api.yaml:3) was not applied: spec.containers[name="a"].env has two entries with name="X".',
  )
  expect(
    explained(500, typed('.data.x: expected string, got &value.valueUnstructured{Value:1}')).message,
  ).toContain('data.x must be string, and is 1.')
  expect(explained(500, typed('.spec.size: expected numeric (int or float), got string')).message).toContain(
    'spec.size must be numeric (int or float), and is string.',
  )
})

it('repeats nothing that a Secret holds', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login' },
    stringData: { pin: 471147 },
  } as never
  const said = '.stringData.pin: expected string, got &value.valueUnstructured{Value:471147}'
  const error = explainRefusal(new KubeRefusal('PATCH', '/x', 500, JSON.stringify({ message: said })), secret)
  expect(JSON.stringify([error, error.message, (error.cause as Error).message])).not.toContain('471147')
  expect(error.message).toContain('stringData.pin must be string')
})

it('repeats nothing that a webhook decoded of a Secret, in whatever form it tells it', () => {
  const value = 'p<ss "word" 471147'
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login' },
    data: { password: Buffer.from(value).toString('base64') },
  }
  const said = `admission webhook "w" denied the request: ${value} and ${secret.data.password} are too short`
  const answer = JSON.stringify({ message: said }).replaceAll('<', '\\u003c')
  const error = explainRefusal(new KubeRefusal('PATCH', '/x', 403, answer), secret)
  const shown = JSON.stringify([error, error.message, (error.cause as Error).message])
  expect(shown).not.toContain('471147')
  expect(shown).not.toContain(secret.data.password)
  expect(error.message).toContain('denied the request: [hidden: login/password] and')
})
