import type { SecretEntries } from '../../model/secrets.ts'
import { MANAGED_BY, PROJECT_LABEL } from '../labels.ts'
import type { KubeObject } from '../object.ts'

/** A new one for each other content, so that nothing needs to be told of the content itself. */
const SECRET_VERSION = 'devk.dev/secret-version'

export interface SecretObject extends KubeObject {
  type?: string
  /** In base64. */
  data?: Record<string, string>
}

/** `data` alone: of `stringData`, server-side apply forgets keys, and kubectl's apply writes all of it into an annotation. */
export function ourSecret({
  name,
  namespace,
  project,
  type,
  entries,
  version,
}: {
  name: string
  namespace: string
  project: string
  type: string
  entries: SecretEntries
  version: string
}): SecretObject {
  const labels = { ...MANAGED_BY, [PROJECT_LABEL]: project }
  const metadata = { name, namespace, labels, annotations: { [SECRET_VERSION]: version } }
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, data: encoded(entries) }
}

/** The version of what is there, where that holds just this. */
export function versionOfSame(secret: SecretObject, entries: SecretEntries): string | undefined {
  const { data = {}, metadata } = secret
  const wanted = encoded(entries)
  const names = new Set([...Object.keys(data), ...Object.keys(wanted)])
  const isSame = [...names].every(name => data[name] === wanted[name])
  return isSame ? metadata.annotations?.[SECRET_VERSION] : undefined
}

function encoded(entries: SecretEntries): Record<string, string> {
  return Object.fromEntries([...entries].map(([name, value]) => [name, value.toString('base64')]))
}
