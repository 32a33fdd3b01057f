import { DevkError } from '../../base/errors.ts'
import type { KubeObject } from '../object.ts'
import { withOrigin } from './origin.ts'
import { parseYaml, type YamlDocument } from './yaml.ts'

/**
 * The objects of a manifest's text (YAML or JSON, any number of documents, lists unfolded).
 * Throws MANIFEST_INVALID with the file, line and column of each fault.
 */
export function parseManifests(text: string, source: ManifestSource): KubeObject[] {
  const { documents, faults } = parseYaml(text)
  const found = documents.flatMap(document => unfold(document.value, placeOf(document, source)))
  const wrong = [
    ...faults.map(({ line, column, message }) => `${source.name}:${line}:${column}: ${message}`),
    ...found.flatMap(({ value, place }) => objectFaults(value).map(fault => `${place}: ${fault}`)),
  ]
  if (wrong.length > 0) throw invalid(source.name, wrong)
  return found.map(({ value, place }) => withOrigin(value as KubeObject, place))
}

export interface ManifestSource {
  /** The file, or what generated the text. */
  name: string
  /** Where a document of generated text comes from, read from the comment above it. */
  partOf?: (comment: string) => string | undefined
}

function placeOf({ line, comment }: YamlDocument, { name, partOf }: ManifestSource): string {
  return partOf?.(comment) ?? `${name}:${line}`
}

interface Found {
  value: unknown
  place: string
}

function unfold(value: unknown, place: string): Found[] {
  if (!isRecord(value) || !Array.isArray(value['items'])) return [{ value, place }]
  if (typeof value['kind'] !== 'string' || !value['kind'].endsWith('List')) return [{ value, place }]
  return value['items'].flatMap((item, index) => unfold(item, `${place} item ${index + 1}`))
}

function objectFaults(value: unknown): string[] {
  if (!isRecord(value)) return [`this is ${describe(value)}, not a Kubernetes object`]
  const { apiVersion, kind, metadata } = value
  const title = typeof kind === 'string' && kind !== '' ? kind : 'the object'
  const faults = []
  if (typeof kind !== 'string' || kind === '') faults.push('kind is missing')
  if (typeof apiVersion !== 'string' || apiVersion === '') faults.push(`${title} has no apiVersion`)
  if (metadata !== undefined && !isRecord(metadata)) faults.push(`${title}: metadata is no map`)
  else if (metadata?.['name'] === undefined || metadata['name'] === '') {
    const generated = metadata?.['generateName'] !== undefined
    faults.push(
      generated
        ? `${title} has generateName, and needs a metadata.name: it must be the same object at each run`
        : `${title} has no metadata.name`,
    )
  } else if (typeof metadata['name'] !== 'string') {
    faults.push(`${title}: metadata.name is ${describe(metadata['name'])}; put it in quotes`)
  }
  return faults
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return `${JSON.stringify(value)?.slice(0, 60)} (a ${typeof value})`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(name: string, faults: readonly string[]): DevkError {
  return new DevkError({
    code: 'MANIFEST_INVALID',
    message: `${name} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${faults[0]}. Nothing of it was applied.`,
    hint: 'Correct what is named, then run this again.',
    ...(faults.length > 1 && { detail: faults.join('\n') }),
  })
}
