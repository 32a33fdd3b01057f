/** How a command in a container ended, as the error stream of its connection tells. */
export type Outcome =
  | { is: 'exited'; code: number }
  /** The code is a shell's: 127 where there is no such command, 126 where it can't be run. */
  | { is: 'not-started'; code: 126 | 127; why: string }
  | { is: 'failed'; why: string }
  /** Nothing was told: the connection ended before the command. */
  | { is: 'cut' }

interface Status {
  status?: string
  reason?: string
  message?: string
  details?: { causes?: { reason?: string; message?: string }[] }
}

export function outcomeOf(told: string): Outcome {
  if (told.trim() === '') return { is: 'cut' }
  const { status, message = told.trim(), details } = parse(told)
  if (status === 'Success') return { is: 'exited', code: 0 }
  const code = Number(details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message)
  if (Number.isInteger(code)) return { is: 'exited', code }
  const why = lastWords(message)
  if (/executable file not found|no such file or directory/i.test(message))
    return { is: 'not-started', code: 127, why }
  if (/permission denied|is a directory|exec format error/i.test(message))
    return { is: 'not-started', code: 126, why }
  return { is: 'failed', why }
}

function parse(told: string): Status {
  try {
    return (JSON.parse(told) ?? {}) as Status
  } catch {
    // Some runtimes say it in plain words.
    return {}
  }
}

/** What each program on the way puts before the words of the one that knows. */
function lastWords(message: string): string {
  const words = /unable to start container process: (?:error .*?: )?(.*)$/s.exec(message)?.[1] ?? message
  return words.replace(/:? unknown$/, '').trim()
}
