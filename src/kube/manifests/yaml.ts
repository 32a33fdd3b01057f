import { LineCounter, parseAllDocuments, type ScalarTag } from 'yaml'

export interface YamlDocument {
  value: unknown
  /** Of its first content, counted from 1. */
  line: number
  /** The comment above it, where a generator says what it comes from. */
  comment: string
}

export interface YamlFault {
  line: number
  column: number
  message: string
}

/** The documents of a text that are not empty, read as kubectl reads them, or its faults. */
export function parseYaml(text: string): { documents: YamlDocument[]; faults: YamlFault[] } {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    merge: true,
    customTags: tags => [...kubectlScalars, ...tags],
  })
  const all = 'empty' in parsed ? [] : parsed
  const faults: YamlFault[] = all.flatMap(({ errors }) =>
    errors.map(({ message, linePos }) => ({
      line: linePos?.[0].line ?? 1,
      column: linePos?.[0].col ?? 1,
      message: plain(message),
    })),
  )
  if (faults.length > 0) return { documents: [], faults }
  const documents: YamlDocument[] = []
  for (const document of all) {
    const { contents, commentBefore } = document
    const { line, col } = lines.linePos(contents?.range?.[0] ?? 0)
    try {
      const value: unknown = document.toJS()
      const comment = [commentBefore, contents?.commentBefore].filter(Boolean).join('\n')
      if (value !== null && value !== undefined) documents.push({ value, line, comment })
    } catch (error) {
      // An alias that names no anchor is found only now.
      faults.push({ line, column: col, message: plain((error as Error).message) })
    }
  }
  return { documents, faults }
}

/** The first line of the library's words, which repeat the position and draw the place. */
function plain(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')
}

/** What kubectl's YAML takes for more than text and YAML 1.2 does not: a mode written 0644 must stay octal. */
const kubectlScalars: ScalarTag[] = [
  {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
    resolve: text => /^(?:y|on)/i.test(text),
  },
  integer(/^[-+]?0[0-7_]+$/, 8),
  integer(/^[-+]?0b[01_]+$/, 2),
  integer(/^[-+]?[1-9][0-9]*_[0-9_]*$/, 10),
]

function integer(test: RegExp, base: number): ScalarTag {
  return {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test,
    resolve: text => Number.parseInt(text.replaceAll('_', '').replace('0b', ''), base),
  }
}
