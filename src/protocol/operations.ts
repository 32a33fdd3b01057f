import type { Activity, SyncStatus } from '../model/activity.ts'
import type { ClusterStatus } from '../model/cluster.ts'
import type { Finding } from '../model/finding.ts'
import type { Project } from '../model/project.ts'
import type { ProjectStatus, RunReport } from '../model/project-status.ts'
import type {
  CheckedSecrets,
  InitSecrets,
  ListedSecret,
  OpenedSecret,
  SavedSecret,
  SetSecret,
} from '../model/secrets.ts'
import type { TerminalSize } from './terminal.ts'

/** What can be asked for, and what is answered. */
export interface Operations {
  'cluster.create': { input: CreateInput; output: CreateOutput }
  'cluster.status': { input: NameInput; output: ClusterStatus }
  'cluster.list': { input: Record<string, never>; output: ClusterStatus[] }
  'cluster.start': { input: NameInput; output: ChangeOutput<'started'> }
  'cluster.stop': { input: NameInput; output: ChangeOutput<'stopped'> }
  'cluster.delete': { input: NameInput & { purge: boolean }; output: { name: string; removed: string[] } }
  'cluster.kubeconfig': { input: NameInput & { merge: boolean }; output: KubeconfigOutput }
  up: { input: UpInput; output: UpOutput }
  build: { input: BuildInput; output: BuildOutput }
  status: { input: Record<string, never>; output: ProjectStatus }
  logs: { input: LogsInput; output: LogsOutput }
  forward: { input: ForwardInput; output: Record<string, never>; item: OpenedForward }
  sync: { input: SyncInput; output: SyncOutput }
  activity: { input: Record<string, never>; output: Record<string, never>; item: Activity }
  restart: { input: { services: string[] }; output: { restarted: string[] } }
  exec: { input: ExecInput; output: ExecOutput }
  shell: { input: ShellInput; output: ExecOutput }
  stop: { input: Record<string, never>; output: ChangeOutput<'stopped'> }
  down: { input: DownInput; output: DownOutput }
  'down.volumes': { input: DownInput; output: { volumes: string[] } }
  config: { input: { profiles: string[] }; output: Project }
  'config.schema': { input: Record<string, never>; output: Record<string, unknown> }
  'secrets.check': { input: Record<string, never>; output: SecretsCheckOutput }
  'secrets.list': { input: { profiles: string[] }; output: { secrets: ListedSecret[] } }
  'secrets.show': { input: SecretsShowInput; output: { /** base64 */ value: string } }
  'secrets.set': { input: SecretsSetInput; output: SetSecret }
  'secrets.open': { input: { file: string }; output: OpenedSecret }
  'secrets.save': { input: SecretsSaveInput; output: SavedSecret }
  'secrets.init': { input: Record<string, never>; output: InitSecrets }
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

/** Without services it is all of them; with some, those and what they need. */
export interface UpInput {
  services: string[]
  profiles: string[]
  /** Claims of storage that the project no longer names go too, with what is on them. */
  pruneVolumes: boolean
}

export interface UpOutput {
  run: RunReport
  status: ProjectStatus
}

export interface BuildInput {
  services: string[]
  profiles: string[]
  /** Says what would be built and why, and builds nothing. */
  explain: boolean
}

export interface BuildOutput {
  run: RunReport
  images: { service: string; reference: string }[]
}

export interface LogsInput {
  /** Stays, and tells what keeps the logs from being kept, until it is cancelled. */
  follow: boolean
}

export interface LogsOutput {
  services: string[]
  /** Why what is printed now is not kept. */
  trouble?: string | undefined
}

export interface ForwardInput {
  service: string
  /** As a project file writes them. */
  ports: string[]
}

/** A local port that leads into the cluster as long as whoever asked for it stays. */
export interface OpenedForward {
  service: string
  address: string
  local: number
  /** The pod's. */
  port: number
}

export interface SyncInput {
  /** Without one nothing is changed. */
  change?: 'pause' | 'resume' | undefined
}

export interface SyncOutput {
  paused: boolean
  services: { name: string; sync: SyncStatus }[]
}

export interface DownInput {
  keepCluster: boolean
  purge: boolean
}

export interface DownOutput {
  name: string | undefined
  removed: string[]
}

export interface ShellInput {
  service: string
  /** Without one it is the pod's own default. */
  container?: string | undefined
  /** The size of the terminal that it runs on; without one there is none. */
  terminal?: TerminalSize | undefined
  /** The image of the container that brings a shell where the service's own has none. */
  image: string
}

export interface ExecInput extends Omit<ShellInput, 'image'> {
  command: string[]
}

export interface ExecOutput {
  /** The command's own. */
  exitCode: number
}

export interface SecretsCheckOutput {
  /** The project's, or where the user stands outside of one. */
  folder: string
  files: CheckedSecrets[]
}

export interface SecretsShowInput {
  name: string
  key: string
  profiles: string[]
}

export interface SecretsSetInput {
  file: string
  /** Without one the file is one value. */
  key?: string | undefined
  /** base64, which stands in no message as it is. */
  value: string
  type?: string | undefined
  /** It may stay readable, where the file's rule says so. */
  plain: boolean
}

export interface SecretsSaveInput {
  file: string
  /** Of what was opened. */
  stamp: string
  /** base64: plaintext, or what sops has encrypted itself. */
  text: string
  isSealed: boolean
}
