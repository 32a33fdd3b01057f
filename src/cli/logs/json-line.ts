import { type Level, parseLevel } from './level.ts'

/** A line that is a JSON object, by what such lines are made of. */
export interface JsonLine {
  level?: Level | undefined
  message: string
  /** All else that it says, in its order. */
  fields: [string, unknown][]
  /** Where something was thrown. */
  stack?: string | undefined
}

const LONGEST = 64 * 1024

const levelKeys = ['level', 'severity', 'lvl', 'levelname', 'log.level']
const messageKeys = ['msg', 'message', 'event', 'text']
/** The line's time is known, and which process of its container it was says nothing. */
const leftOut = new Set(['time', 'timestamp', 'ts', '@timestamp', 'pid', 'hostname', 'v'])

/** Undefined where the line is none. */
export function parseJsonLine(text: string): JsonLine | undefined {
  const object = parseObject(text)
  if (!object) return undefined
  const levelKey = levelKeys.find(key => parseLevel(object[key]) !== undefined)
  const messageKey = messageKeys.find(key => typeof object[key] === 'string')
  const stack = stackOf(object)
  const fields = Object.entries(object).filter(
    ([key, value]) => key !== levelKey && key !== messageKey && !leftOut.has(key) && value !== stack?.within,
  )
  return {
    level: levelKey === undefined ? undefined : parseLevel(object[levelKey]),
    message: messageKey === undefined ? '' : String(object[messageKey]),
    fields,
    stack: stack?.text,
  }
}

/** `path=/cart status=500 user={"id":1}` */
export function fieldsText(fields: JsonLine['fields']): string {
  return fields.map(([key, value]) => `${key}=${valueText(value)}`).join(' ')
}

function valueText(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
}

function parseObject(text: string): Record<string, unknown> | undefined {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}') || trimmed.length > LONGEST) return undefined
  try {
    return JSON.parse(trimmed) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function stackOf(object: Record<string, unknown>): { text: string; within: unknown } | undefined {
  for (const within of [object['err'], object['error'], object['exception']]) {
    const text = (within as { stack?: unknown } | null | undefined)?.stack
    if (typeof text === 'string') return { text, within }
  }
  const text = object['stack']
  return typeof text === 'string' ? { text, within: text } : undefined
}
