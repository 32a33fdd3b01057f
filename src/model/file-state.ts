/** `file 644 SHA256`, or `link TARGET`: what tells one state of a file from another, in an image's inputs as in a watched folder. */
export type FileState = string

export function fileState(mode: number | bigint, digest: string): FileState {
  return `file ${modeText(mode)} ${digest}`
}

export function linkState(target: string): FileState {
  return `link ${target}`
}

/** Without what a umask decides from clone to clone: whether others than the owner may write. */
export function keptMode(mode: number | bigint): number {
  return Number(mode) & 0o7755
}

export function modeText(mode: number | bigint): string {
  return keptMode(mode).toString(8)
}
