import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { isSurelyLocal } from '../cluster/guard.ts'
import type { ApplyContext, Node, NodeRecord } from '../engine/node.ts'
import type { KubeApi } from '../kube/api.ts'
import { versionOf } from '../kube/apply/version.ts'
import { PROJECT_LABEL } from '../kube/labels.ts'
import { ourSecret, type SecretObject, versionOfSame } from '../kube/manifests/our-secret.ts'
import { keyOf, nameOf, titleOf } from '../kube/object.ts'
import { isRefusal } from '../kube/refusal.ts'
import type { Project } from '../model/project.ts'
import type { SecretSpec } from '../model/secrets.ts'
import { foreignSecret, remoteCluster } from '../secrets/faults.ts'
import { type ApplyCounts, applyRecorded, identitiesOf, lostObject } from './apply-recorded.ts'
import { secretHashes, withShownFile } from './deploy-hashes.ts'
import {
  type ClusterOutput,
  clusterId,
  inputOf,
  namespaceIdOf,
  type SecretOutput,
  secretEntriesId,
  secretId,
} from './outputs.ts'
import type { RunContext } from './run-context.ts'

interface Bringing {
  /** What says that all that is deployed finds in Secrets what it reads. */
  checks: readonly string[]
  /** All of the project's: what is in them is asked once a run, and one that is going still has all that it had. */
  allNamespaces: Iterable<string>
  counts: ApplyCounts
}

/**
 * A Secret of what a SOPS file holds. Its record tells of the encrypted file, and of a version that is another one with
 * each other content: no hash of a secret is written down, since a short secret is found by its hash.
 */
export function secretNode(
  context: RunContext,
  spec: SecretSpec,
  { checks, allNamespaces, counts }: Bringing,
): Node {
  const { project, access, inventory, secrets, hide, pruneVolumes } = context
  const { name, namespaces, type } = spec
  return {
    id: secretId(name),
    title: `Secret ${name}`,
    needs: [
      clusterId,
      secretEntriesId(name),
      ...Array.from(allNamespaces, each => namespaceIdOf(project, each)),
      ...checks,
    ],
    async fingerprint(inputs) {
      return {
        ...(await secretHashes(project, spec)),
        cluster: inputOf<ClusterOutput>(inputs, clusterId).identity,
      }
    },
    async lost(record, inputs, signal) {
      const versions = await inventory(inputOf<ClusterOutput>(inputs, clusterId), signal)
      return lostObject(record.output, versions)
    },
    async apply(applying, signal) {
      const cluster = inputOf<ClusterOutput>(applying.inputs, clusterId)
      const { api } = await access(cluster)
      refuseRemote(project, withShownFile(spec, project), api)
      const entries = await secrets.entries(spec, signal)
      const looks = namespaces.map(namespace => lookAt(api, pathOf(namespace, name), signal))
      const there = (await Promise.all(looks)).filter(secret => secret !== undefined)
      for (const secret of there) refuseForeign(secret, project.name)
      const versions = there.map(secret =>
        isAsLeft(secret, applying.record) ? versionOfSame(secret, entries) : undefined,
      )
      const version = sameOf(versions) ?? (versions.length === 0 ? versionBefore(applying) : undefined)
      const content = { name, type, entries, project: project.name, version: version ?? newVersion() }
      for (const secret of there.filter(each => each.type !== type)) {
        applying.note(
          `${titleOf(nameOf(secret))} is deleted and made anew: its type can't be changed in place.`,
        )
        await remove(api, secret, signal)
      }
      const objects = namespaces.map(namespace => ourSecret({ ...content, namespace }))
      const output = await applyRecorded(api, objects, applying, {
        project: project.name,
        cluster: cluster.identity,
        elsewhere: () => context.namedElsewhere(secretId(name)),
        ...{ pruneVolumes, counts, hide, signal },
      })
      return { ...output, ...({ version: content.version, namespaces } satisfies SecretOutput) }
    },
  }
}

function pathOf(namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/secrets/${name}`
}

async function lookAt(api: KubeApi, path: string, signal: AbortSignal): Promise<SecretObject | undefined> {
  try {
    return await api.get<SecretObject>(path, { signal })
  } catch (error) {
    if (isRefusal(error, 404)) return undefined
    throw error
  }
}

function refuseForeign({ metadata }: SecretObject, project: string): void {
  const { name, namespace = '', labels } = metadata
  const theirs = labels?.[PROJECT_LABEL]
  if (theirs !== project) throw foreignSecret(name, namespace, theirs)
}

function refuseRemote({ cluster }: Project, { name, file, remote }: SecretSpec, { server }: KubeApi): void {
  if (remote || cluster.provider !== 'existing') return
  const { context } = cluster
  if (!isSurelyLocal({ context, server })) throw remoteCluster({ name, file }, context)
}

/** A type can't be changed in place. */
async function remove(api: KubeApi, { metadata }: SecretObject, signal: AbortSignal): Promise<void> {
  const { namespace = '', name, uid } = metadata
  await api.delete(pathOf(namespace, name), { propagation: 'Background', uid }, { signal })
}

/** The version that all of them have. */
function sameOf(versions: readonly (string | undefined)[]): string | undefined {
  return new Set(versions).size === 1 ? versions[0] : undefined
}

/** What somebody else wrote there was not what pods had read until then, even where it is what the file has now. */
function isAsLeft(secret: SecretObject, record: NodeRecord | undefined): boolean {
  const key = keyOf(nameOf(secret))
  const left = identitiesOf(record?.notes ?? {}).find(object => keyOf(object) === key)
  return !left?.version || left.version === versionOf(secret.metadata)
}

/** Who reads a Secret that was deleted by hand has what it will have again, where the same is taken of the same file. */
function versionBefore({ record, fingerprint }: ApplyContext): string | undefined {
  if (record?.phase !== 'done' || !isDeepStrictEqual(record.fingerprint, fingerprint)) return undefined
  return record.output['version'] as string | undefined
}

function newVersion(): string {
  return randomBytes(6).toString('hex')
}
