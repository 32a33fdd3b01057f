import type { Command } from '../exec/command.ts'
import type { Run } from '../exec/run.ts'

/** Reads a tool's output as steps. */
export interface Followed {
  line: (line: string) => void
  /** Closes the step that is open, if one is. */
  end: (state: 'done' | 'failed') => void
}

/** Runs a tool to its end; whatever step its output left open ends as the tool did. */
export async function runFollowed(
  run: Run,
  command: Command,
  { line, end }: Followed,
  signal: AbortSignal,
): Promise<void> {
  try {
    await run(command, { signal, onLine: line })
    end('done')
  } catch (error) {
    end('failed')
    throw error
  }
}
