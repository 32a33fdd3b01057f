interface Writer {
  /** What it escapes though it need not. What is escaped already is passed over in pairs. */
  chars: RegExp
  upper?: true
  /** A quote, where it is another than all others write. */
  quote?: string
}

const WRITERS: readonly Writer[] = [
  // Go, Ruby on Rails
  { chars: /\\.|[<>&\u2028\u2029]/g },
  // Gson
  { chars: /\\.|[<>&='\u2028\u2029]/g },
  // Python, PHP
  { chars: /\\.|[\u0080-\uffff]/g },
  // Jackson, where it is to write ASCII
  { chars: /\\.|[\u0080-\uffff]/g, upper: true },
  // .NET
  { chars: /\\.|[&'+<>`\u007f-\uffff]/g, upper: true, quote: '\\u0022' },
]

/** What stands between the quotes, as it is written everywhere, and as several languages write it. */
export function inJson(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const forms = [json, ...WRITERS.map(writer => json.replace(writer.chars, unit => escaped(unit, writer)))]
  return forms.flatMap(form => [form, form.replaceAll('/', '\\/')])
}

function escaped(unit: string, { upper, quote = '\\"' }: Writer): string {
  if (unit.startsWith('\\')) return unit === '\\"' ? quote : unit
  const code = unit.charCodeAt(0).toString(16).padStart(4, '0')
  return `\\u${upper ? code.toUpperCase() : code}`
}
