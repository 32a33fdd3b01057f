import type { Container, PodTemplate } from './pod-templates.ts'

/** Where a pod takes something from a Secret. */
export interface SecretUse {
  secret: string
  /** Undefined where it takes all of it. */
  key?: string | undefined
  /** It does without. */
  optional: boolean
  /** `container api, env DB_PASSWORD` */
  where: string
}

interface Reference {
  name?: string
  key?: string
  optional?: boolean
}

interface Env {
  name?: string
  valueFrom?: { secretKeyRef?: Reference }
}

interface EnvFrom {
  secretRef?: Reference
}

interface SecretVolume {
  name?: string
  secretName?: string
  optional?: boolean
  items?: { key?: string }[] | null
}

/** What pods of a template read of Secrets, by their environment and by volumes. */
export function secretUses({ spec }: PodTemplate): SecretUse[] {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
  return [...containers.flatMap(usesOfContainer), ...(spec?.volumes ?? []).flatMap(usesOfVolume)]
}

function usesOfContainer({ name = '', env, envFrom }: Container): SecretUse[] {
  const single = listOf<Env>(env).flatMap(({ name: variable = '', valueFrom }) =>
    useOf(valueFrom?.secretKeyRef, `container ${name}, env ${variable}`),
  )
  const whole = listOf<EnvFrom>(envFrom).flatMap(({ secretRef }) =>
    useOf(secretRef, `container ${name}, envFrom`),
  )
  return [...single, ...whole]
}

function useOf(reference: Reference | undefined, where: string): SecretUse[] {
  if (reference?.name === undefined) return []
  const { name, key, optional = false } = reference
  return [{ secret: name, key, optional, where }]
}

function usesOfVolume(volume: NonNullable<NonNullable<PodTemplate['spec']>['volumes']>[number]): SecretUse[] {
  const { name = '', secret, projected } = volume
  const sources = listOf<{ secret?: SecretVolume }>(
    (projected as { sources?: unknown } | undefined)?.sources,
  ).flatMap(source => source.secret ?? [])
  const own = secret as SecretVolume | undefined
  return [...(own ? [{ ...own, name: own.secretName }] : []), ...sources].flatMap(from => {
    const { name: secretName, optional = false, items } = from
    if (secretName === undefined) return []
    const named = listOf<{ key?: string }>(items).map(({ key }) => key)
    // No list of items, and an empty one, stand for all that there is.
    const keys = named.length > 0 ? named : [undefined]
    return keys.map(key => ({ secret: secretName, key, optional, where: `volume ${name}` }))
  })
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : []
}
