import { comment, scalar, type TreeMap } from '../document.ts'
import { malformed } from '../faults.ts'
import { utf8 } from './text.ts'

/** Lines of KEY=value, where a value's own line ends are written as \n. Values need not be UTF-8. */
export function readDotenv(text: Buffer, file: string): TreeMap[] {
  const entries: TreeMap['entries'] = []
  for (const [index, line] of text.toString('latin1').split('\n').entries()) {
    if (line === '') continue
    const bytes = (from: string) => Buffer.from(from, 'latin1')
    if (line.startsWith('#')) {
      entries.push(comment(bytes(line.slice(1))))
      continue
    }
    const end = line.indexOf('=')
    if (end < 0) throw malformed(file, `line ${index + 1} is neither KEY=value nor a comment`)
    entries.push({
      kind: 'entry',
      key: utf8(bytes(line.slice(0, end)), file),
      value: scalar('str', bytes(line.slice(end + 1).replaceAll('\\n', '\n'))),
    })
  }
  return [{ kind: 'map', entries }]
}
