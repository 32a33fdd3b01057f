/** Sources that are written into running containers as they are saved. */
export interface SyncRule {
  /** A file or a folder of this machine. */
  from: string
  /** It was a file when the project was read; a folder otherwise. */
  isFile: boolean
  /** Where it is in the container: a file for a file, a folder for a folder. */
  to: string
  restart: Restart
  /** Without one, the containers that run the service's own image; where it has none, the pod's default container. */
  container?: string | undefined
  /** Left out, as in a .gitignore, from `from` on. */
  ignore: string[]
  /** What the .gitignore files say is left out, too. */
  gitignore: boolean
}

/** What follows once files were written. */
export type Restart =
  | { how: 'none' }
  /** The container's main process, in place: what was written stays. */
  | { how: 'process' }
  | { how: 'container' }
  | { how: 'signal'; signal: NodeJS.Signals }
  /** A command in the container. */
  | { how: 'run'; command: string }

/** Of a file in a container. */
export interface Place {
  /** The folder that a rule leads to, absolute in the container; links on the way there are followed within the container. */
  to: string
  /** Below that, with slashes. A link on this way is in the way: the sources say what is there. */
  path: string
}

/** Where devk puts a static BusyBox (1.34 or later, its sh with bash's process substitution) into a container. */
export const BUSYBOX: Place = { to: '/.devk', path: 'busybox' }

/** A file of the container as it shall be: undefined where it shall be gone. */
export interface FileChange extends Place {
  now: FileContent | undefined
}

export type FileContent =
  /** What may be done with it: 0o644. */
  { kind: 'file'; mode: number; bytes: Buffer } | { kind: 'link'; target: string }
