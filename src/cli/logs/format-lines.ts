import { isUtf8 } from 'node:buffer'
import { styleText } from 'node:util'
import { parseEvent } from '../../logs/event-line.ts'
import type { LogLine } from '../../logs/format.ts'
import { type LogSource, sourceKey } from '../../model/log.ts'
import { fieldsText, parseJsonLine } from './json-line.ts'
import { labels } from './label.ts'
import type { Level } from './level.ts'
import { safeText } from './safe-text.ts'

/** Lines that come together, as they are shown. */
export type Format = (lines: readonly LogLine[]) => Buffer

/** Exactly what was printed. */
export const rawLines: Format = lines =>
  Buffer.concat(lines.flatMap(({ text, end }) => (end ? [text] : [text, NEWLINE])))

const NEWLINE = Buffer.from('\n')

/** One object a line. */
export const jsonLines: Format = lines =>
  Buffer.from(lines.map(line => `${JSON.stringify(jsonOf(line))}\n`).join(''))

function jsonOf({ source, time, text, run, end }: LogLine): object {
  const { service, pod, container } = source
  if (container === undefined) return { time, service, event: parseEvent(text) }
  return {
    ...{ time, service, pod, container, run, text: text.toString('utf8') },
    ...(end && { end }),
    ...(!isUtf8(text) && { base64: text.toString('base64') }),
  }
}

/** For people: who says it, JSON as words, and nothing that a terminal would stumble over. */
export function readableLines({
  isColoured,
  timestamps,
  known,
}: {
  isColoured: boolean
  timestamps: boolean
  /** Sources that are told apart from the first line on. */
  known: readonly LogSource[]
}): Format {
  const label = labels({ isColoured })
  for (const source of known) label.add(source)
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    isColoured ? styleText(format, text, { validateStream: false }) : text
  // Of a long line all but its first part is left out.
  let inLong: string | undefined

  function shown(line: LogLine): string {
    const { source, time } = line
    const key = `${sourceKey(source)} ${time}`
    const goesOn = inLong === key
    inLong = line.end === 'part' ? key : undefined
    if (goesOn) return ''
    const head = `${label.of(source)}${timestamps ? `${paint('dim', timeText(line))} ` : ''}`
    return wordsOf(line)
      .map(words => `${head}${words}\n`)
      .join('')
  }

  function wordsOf({ source, text, end }: LogLine): string[] {
    if (source.container === undefined) return [eventWords(text)]
    const plain = safeText(text, { colours: isColoured })
    const json = parseJsonLine(plain)
    if (!json) return [end === 'part' ? `${plain} …` : plain]
    const { level, message, fields, stack } = json
    const first = [level && levelWord(level), message, paint('dim', fieldsText(fields))].filter(Boolean)
    return [first.join(' '), ...(stack?.split('\n').map(frame => `  ${frame}`) ?? [])].map(words =>
      safeText(Buffer.from(words), { colours: isColoured }),
    )
  }

  function eventWords(text: Buffer): string {
    const event = parseEvent(text)
    if (!event) return ''
    const { kind, name, type, reason, message } = event
    const words = `${kind} ${name}: ${reason}: ${message}`
    return paint(
      type === 'Warning' ? 'yellow' : 'dim',
      `* ${safeText(Buffer.from(words), { colours: false })}`,
    )
  }

  function levelWord(level: Level): string {
    const word = level.toUpperCase().padEnd(5)
    if (level === 'error' || level === 'fatal') return paint('red', word)
    return level === 'warn' ? paint('yellow', word) : paint('dim', word)
  }

  return lines => {
    for (const { source } of lines) label.add(source)
    return Buffer.from(lines.map(shown).join(''))
  }
}

/** As exact as anybody reads: Kubernetes tells its own events by whole seconds. */
function timeText({ time, source }: LogLine): string {
  return `${time.slice(0, source.container === undefined ? 19 : 23)}Z`
}
