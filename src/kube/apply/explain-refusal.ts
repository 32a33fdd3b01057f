import { DevkError } from '../../base/errors.ts'
import { openHidden } from '../../base/hidden/hidden.ts'
import { hide } from '../../exec/command.ts'
import { hideSecret } from '../hide-secret.ts'
import { originOf } from '../manifests/origin.ts'
import { type KubeObject, nameOf, titleOf } from '../object.ts'
import type { KubeRefusal } from '../refusal.ts'

/**
 * What a refused apply means for the one who wrote the manifest: OBJECT_INVALID, OBJECT_IMMUTABLE, NAMESPACE_MISSING,
 * OBJECT_REFUSED. Nothing that a Secret holds is in it.
 */
export function explainRefusal(refused: KubeRefusal, object: KubeObject): DevkError {
  const refusal = withoutSecrets(refused, object)
  const title = titleOf(nameOf(object))
  const origin = originOf(object)
  const where = origin === undefined ? title : `${title} (${origin})`
  const unknown = unknownFields(refusal)
  if (unknown.length > 0) {
    const fields = unknown.join(', ')
    return new DevkError({
      code: 'OBJECT_INVALID',
      message: `${where} has ${unknown.length === 1 ? 'a field' : 'fields'} that Kubernetes does not know: ${fields}. It was not applied.`,
      hint: 'Correct or remove what is named; its place may be another one. `kubectl explain` tells what is known.',
      detail: refusal.said,
      cause: refusal,
    })
  }
  const mistyped = mistypedField(refusal)
  if (mistyped) {
    return new DevkError({
      code: 'OBJECT_INVALID',
      message: `${where} was not applied: ${mistyped}.`,
      hint: 'YAML takes bare words like yes, on, 1 and 0755 for more than text: quotes make them text.',
      detail: refusal.said,
      cause: refusal,
    })
  }
  const twice = /\.(\S+): duplicate entries for key (\[.*?\])/.exec(refusal.said)
  if (twice) {
    return new DevkError({
      code: 'OBJECT_INVALID',
      message: `${where} was not applied: ${twice[1]} has two entries with ${twice[2]?.slice(1, -1)}.`,
      hint: 'Remove one of the two.',
      cause: refusal,
    })
  }
  if (isImmutable(refusal)) return immutable(refusal, object, where)
  if (refusal.status === 404 && /^namespaces ".*" not found$/.test(refusal.said)) {
    return new DevkError({
      code: 'NAMESPACE_MISSING',
      message: `${where} was not applied: there is no namespace ${object.metadata.namespace}.`,
      hint: 'Put a manifest of the namespace beside it, or correct metadata.namespace.',
      cause: refusal,
    })
  }
  const untyped = refusal.said.startsWith('failed to create typed patch object')
  const invalid = untyped || refusal.status === 422 || refusal.status === 400
  return new DevkError({
    code: invalid ? 'OBJECT_INVALID' : 'OBJECT_REFUSED',
    message: `${where} was refused by Kubernetes, and not applied: ${sentence(refusal)}`,
    hint: invalid
      ? 'Correct the manifest, then run this again.'
      : 'The answer above tells by what; run this again once it is solved.',
    cause: refusal,
  })
}

/** The API repeats values that it does not like, and a webhook may repeat what they stand for. */
export function withoutSecrets(refusal: KubeRefusal, object: KubeObject): KubeRefusal {
  if (object.kind !== 'Secret') return refusal
  const hidden = openHidden()
  hideSecret(object, hidden.hide)
  const values = [object['data'], object['stringData']].flatMap(data =>
    Object.values((data ?? {}) as Record<string, unknown>).map(String),
  )
  return refusal.without(answer => hide(hidden.redact(answer), values))
}

/** Both forms of strict validation: of built-in kinds and of custom resources. */
function unknownFields({ said }: KubeRefusal): string[] {
  const typed = [...said.matchAll(/(\.\S+): field not declared in schema/g)].map(match => match[1] ?? '')
  const strict = [...said.matchAll(/unknown field "([^"]+)"/g)].map(match => match[1] ?? '')
  return [...new Set([...typed, ...strict].map(field => field.replace(/^\./, '')))]
}

/** `data.port must be string, and is 8080`, in the words of the schema. */
function mistypedField({ said }: KubeRefusal): string | undefined {
  const [, field, wanted, value, type] =
    /\.(\S+): expected ([^,]+), got (?:&value\.valueUnstructured\{Value:(.*?)\}|(\w+))/s.exec(said) ?? []
  return field && `${field} must be ${wanted}, and is ${value ?? type}`
}

/** Changed fields that can't be changed once the object is there. */
export function isImmutable({ status, said }: KubeRefusal): boolean {
  return (
    status === 422 &&
    /field is immutable|is immutable after creation|may not change|cannot change|can't be changed|are forbidden|may not be changed/.test(
      said,
    )
  )
}

function immutable(refusal: KubeRefusal, object: KubeObject, where: string): DevkError {
  const { kind, metadata } = object
  const fields = [...new Set(refusal.causes.flatMap(({ field }) => (field ? [field] : [])))]
  const named = fields.length > 0 ? fields.join(', ') : 'a field'
  const namespace = metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`
  const remove = `kubectl delete ${kind.toLowerCase()} ${metadata.name}${namespace}`
  return new DevkError({
    code: 'OBJECT_IMMUTABLE',
    message: `${where} can't be changed in place: Kubernetes keeps ${named} as it was when the object was made. It was left as it is.`,
    hint: `Undo that change, or delete the object and run this again: ${remove}${lost(kind)}`,
    detail: refusal.said,
    cause: refusal,
  })
}

function lost(kind: string): string {
  if (kind === 'PersistentVolumeClaim') return ' (its data goes with it)'
  if (kind === 'StatefulSet') return ' (its PersistentVolumeClaims and their data stay)'
  return ''
}

export function isTerminating({ status, said, causes }: KubeRefusal): boolean {
  if (status !== 403) return false
  return causes.some(({ reason }) => reason === 'NamespaceTerminating') || /being terminated/.test(said)
}

/** What is refused only because something else is about to come. */
export function passes({ status, said }: KubeRefusal, { kind }: KubeObject): boolean {
  if (status === 403) return kind === 'Pod' && /serviceaccount ".*" not found/.test(said)
  if (status === 404)
    return said === 'the server could not find the requested resource' || said.startsWith('404 page')
  if (status === 409 || status === 429 || status === 503) return true
  return (
    status === 500 && /failed calling webhook|failed to call webhook|etcdserver|leader changed/.test(said)
  )
}

function sentence({ said }: KubeRefusal): string {
  return /[.!?]$/.test(said) ? said : `${said}.`
}
