import { readFile } from 'node:fs/promises'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { errorCode } from '../base/errors.ts'

/** One YAML file of a project, with the positions of all that stands in it. */
export interface Source {
  file: string
  document: Document
  lines: LineCounter
}

export type KeyPath = readonly PropertyKey[]

export async function readSource(file: string): Promise<Source> {
  const lines = new LineCounter()
  return { file, lines, document: parseDocument(await readFile(file, 'utf8'), { lineCounter: lines }) }
}

/** `file:line:column` of a syntax fault, each with the parser's own words. */
export function syntaxFaults({ file, document }: Source): string[] {
  return document.errors.map(({ message, linePos }) => {
    return `${file}:${linePos?.[0].line ?? 1}:${linePos?.[0].col ?? 1}: ${message.split('\n')[0]}`
  })
}

/** Where a key or value stands: in the overlay that said it last, at the nearest node that encloses it. */
export function whereIs(sources: readonly Source[], path: KeyPath): string {
  for (let length = path.length; length > 0; length--) {
    for (const source of sources.toReversed()) {
      const node: unknown = source.document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return position(source, node.range[0])
    }
  }
  return `${sources[0]?.file ?? ''}:1:1`
}

export function position({ file, lines }: Source, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `${file}:${line}:${col}`
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
