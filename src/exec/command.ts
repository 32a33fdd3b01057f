export interface Command {
  file: string
  args: readonly string[]
  cwd?: string
  /** Added to the environment; undefined takes a name out of it. */
  env?: Readonly<Record<string, string | undefined>>
  input?: string | Uint8Array
  /** Values that no error, log line or printed command may show. */
  secrets?: readonly string[]
}

/** A command line that can be pasted into a POSIX shell; what is secret in it is hidden. */
export function commandLine(command: Command): string {
  const added = Object.entries(command.env ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quote(hide(value, command.secrets))}`],
  )
  const words = [command.file, ...command.args].map(word => quote(hide(word, command.secrets)))
  const line = [...added, ...words].join(' ')
  return command.cwd === undefined ? line : `(cd ${quote(command.cwd)} && ${line})`
}

const HIDDEN = '[hidden]'

/** Longest first, so that a secret which contains another leaves nothing of itself behind. */
export function hide(text: string, secrets: readonly string[] = []): string {
  return secrets
    .filter(secret => secret !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text)
}

function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return `'${word.replaceAll("'", "'\\''")}'`
}
