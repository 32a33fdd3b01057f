import { parseJsonLine } from './json-line.ts'
import { type Level, spellings } from './level.ts'

/** How bad a line says that it is; undefined where it does not say. */
export function levelOf(text: string): Level | undefined {
  const json = parseJsonLine(text)
  if (json) return json.level
  const glogLevel = glog.exec(text)?.[1]
  if (glogLevel) return glogLevels[glogLevel]
  const word = [assigned, bracketed, shouted, leading].map(pattern => pattern.exec(text)?.[1]).find(Boolean)
  return word === undefined ? undefined : spellings[word.toLowerCase()]
}

const WORD = Object.keys(spellings)
  .toSorted((a, b) => b.length - a.length)
  .join('|')

/** Where programs write it: `level=error`, `[error]`, `ERROR`, `error:`; a word within a sentence is none. */
const assigned = new RegExp(`\\b(?:level|lvl|severity)=["']?(${WORD})\\b`, 'i')
const bracketed = new RegExp(`\\[\\s*(${WORD})\\s*\\]`, 'i')
const shouted = new RegExp(`^.{0,60}?(?<![\\w-])(${WORD.toUpperCase()})(?![\\w-])`)
const leading = new RegExp(`^(${WORD}):`, 'i')
const glog = /^([IWEF])\d{4} \d\d:\d\d:\d\d/

const glogLevels: Record<string, Level> = { I: 'info', W: 'warn', E: 'error', F: 'fatal' }
