const LONGEST = 16 * 1024

const escapes =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])/g
const colour = /^\x1b\[[\d;:]*m$/
const controls = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/**
 * A line as a terminal may have it: colours stay where they are shown, whatever else would move, ring or rewrite is
 * taken out or shown by its number, and what is no text stands as such.
 */
export function safeText(bytes: Buffer, { colours }: { colours: boolean }): string {
  const cut = bytes.length > LONGEST ? bytes.subarray(0, LONGEST) : bytes
  let coloured = false
  const text = cut
    .toString('utf8')
    .replace(/\r+$/, '')
    // What was drawn over is not shown again: the last word counts.
    .replace(/^.*\r/s, '')
    .replace(escapes, sequence => {
      if (!colours || !colour.test(sequence)) return ''
      coloured = true
      return sequence.replace('\x1b', '\ue000')
    })
    .replace(controls, control => `\\x${(control.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`)
    .replaceAll('\ue000', '\x1b')
  const left = bytes.length - cut.length
  return `${text}${coloured ? '\x1b[0m' : ''}${left > 0 ? ` … ${left} bytes more: --raw shows them` : ''}`
}
