import type { KubeObject } from '../object.ts'

/** Where an object was read: a symbol goes along when the object is copied, and never into JSON. */
const ORIGIN = Symbol('origin')

export function withOrigin(object: KubeObject, origin: string): KubeObject {
  return Object.assign(object, { [ORIGIN]: origin })
}

/** `k8s/api.yaml:12`; undefined where nobody noted it. */
export function originOf(object: KubeObject): string | undefined {
  return (object as { [ORIGIN]?: string })[ORIGIN]
}
