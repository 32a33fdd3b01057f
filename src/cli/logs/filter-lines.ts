import type { LogLine } from '../../logs/format.ts'
import type { Select } from '../../logs/read-lines.ts'
import { type LogSource, sourceKey } from '../../model/log.ts'
import { isAtLeast, type Level } from './level.ts'
import { levelOf } from './level-of.ts'

export interface Filter {
  grep?: RegExp | undefined
  level?: Level | undefined
  /** Which run of a container, where only one is asked for. */
  run?: ((source: LogSource) => number) | undefined
}

/** Lines that belong to the one before: a stack's frames, and what is indented. */
const CONTINUED = /^(?:\s|at |Caused by|\.\.\. \d+ more|Traceback)/

/** Only what is asked for. Of lines that follow each other in several calls, too. */
export function filterLines({ grep, level, run }: Filter): Select {
  const last = new Map<string, Level | undefined>()
  const reaches = ({ source, text }: LogLine): boolean => {
    if (!level) return true
    const key = sourceKey(source)
    const words = text.toString('utf8')
    const own = source.container === undefined ? eventLevel(words) : levelOf(words)
    const now = own ?? (CONTINUED.test(words) ? last.get(key) : undefined)
    last.set(key, now)
    return now !== undefined && isAtLeast(now, level)
  }
  if (!grep && !level && !run) return lines => [...lines]
  return lines =>
    lines.filter(
      line =>
        reaches(line) &&
        (!run || run(line.source) === line.run) &&
        (!grep || grep.test(line.text.toString('utf8'))),
    )
}

function eventLevel(words: string): Level {
  return words.includes('"type":"Warning"') ? 'warn' : 'info'
}
