import type { ClusterStatus } from '../model/cluster.ts'
import type { Finding } from '../model/finding.ts'

/** What can be asked for, and what is answered. */
export interface Operations {
  'cluster.create': { input: CreateInput; output: CreateOutput }
  'cluster.status': { input: NameInput; output: ClusterStatus }
  'cluster.list': { input: Record<string, never>; output: ClusterStatus[] }
  'cluster.start': { input: NameInput; output: ChangeOutput<'started'> }
  'cluster.stop': { input: NameInput; output: ChangeOutput<'stopped'> }
  'cluster.delete': { input: NameInput & { purge: boolean }; output: { name: string; removed: string[] } }
  'cluster.kubeconfig': { input: NameInput & { merge: boolean }; output: KubeconfigOutput }
  doctor: { input: Record<string, never>; output: { findings: Finding[] } }
}

/** Without a name it is the project's cluster, and outside a project `devk`. */
export interface NameInput {
  name?: string | undefined
}

/** What is left out is not asked for: the project's file or a default says it. */
export interface CreateInput extends NameInput {
  provider?: string | undefined
  workers?: string | undefined
  kubernetes?: string | undefined
  ports?: string[] | undefined
  mounts?: string[] | undefined
  labels?: string[] | undefined
  config?: string | undefined
  recreate: boolean
}

export interface CreateOutput {
  outcome: 'created' | 'started' | 'finished' | 'recreated' | 'unchanged'
  cluster: ClusterStatus
}

export interface ChangeOutput<Change extends string> {
  outcome: Change | 'unchanged'
  name: string
}

export interface KubeconfigOutput {
  name: string
  context: string
  kubeconfig: string
  /** The file that it was added to, where that was asked. */
  mergedInto?: string | undefined
}
