/** What is shorter is found everywhere. */
const LEAST_BYTES = 6
/** Longer values are hardly printed in lines of base64. */
const MOST_WRAPPED = 16 * 1024
const WRAPPED_AT = 76

/**
 * How logs may show a value, each form as latin1, without line ends and not shorter than what is hidden at all: its
 * lines as they are, and the whole as base64, in JSON and in URLs.
 */
export function formsOf(value: Buffer, { isDocument = false } = {}): Set<string> {
  const whole = value.toString('latin1').replace(/[\r\n]+$/, '')
  if (whole.length < LEAST_BYTES || whole.trim() === '') return new Set()
  const bytes = Buffer.from(whole, 'latin1')
  const lines = linesOf(whole).filter(line => !(ARMOR.test(line) || (isDocument && ONLY_KEY.test(line))))
  const forms = [
    ...lines.flatMap(line => [line, ...texts(Buffer.from(line, 'latin1'), inJson)]),
    ...texts(bytes, text => [...inJson(text), ...inUrls(text)]),
    ...inBase64(bytes),
    // With the line end that many a file has, the last characters are others.
    ...(bytes.length < value.length ? inBase64(value) : []),
  ]
  return new Set(forms.filter(form => form.length >= LEAST_BYTES && !form.includes('\n')))
}

/** The same in each file of its kind. */
const ARMOR = /^-----(BEGIN|END) .*-----$/
const ONLY_KEY = /^(- )*["']?[\w./-]+["']?\s*:\s*[[{|>]?[+-]?$/

function linesOf(whole: string): string[] {
  // As it is where nothing else of it would be long enough.
  if (!whole.includes('\n')) return [whole.trim().length < LEAST_BYTES ? whole : whole.trim()]
  return whole.split('\n').map(line => line.trim())
}

function texts(bytes: Buffer, forms: (text: string) => string[]): string[] {
  const text = bytes.toString('utf8')
  if (!Buffer.from(text).equals(bytes)) return []
  return forms(text).map(form => Buffer.from(form).toString('latin1'))
}

/** As it is written everywhere, and as Go, Python and PHP write it. */
function inJson(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return [
    json,
    json.replace(/[<>&\u2028\u2029]/g, escaped),
    json.replace(/[\u0080-\uffff]/g, escaped),
    json.replaceAll('/', '\\/'),
  ]
}

function inUrls(text: string): string[] {
  const loose = encodeURIComponent(text)
  const strict = loose.replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const upper = [loose, strict, strict.replaceAll('%20', '+')]
  return [...upper, ...upper.map(form => form.replace(/%../g, code => code.toLowerCase()))]
}

/** Also where it stands within something else: what comes before decides which of three ways it is written. */
function inBase64(bytes: Buffer): string[] {
  const whole = bytes.toString('base64')
  const within = [0, 1, 2].map(before => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    // Only characters that no neighbour has a part in.
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
  const wrapped =
    whole.length > WRAPPED_AT && bytes.length <= MOST_WRAPPED
      ? (whole.match(new RegExp(`.{1,${WRAPPED_AT}}`, 'g')) ?? [])
      : []
  const all = [whole, whole.replace(/=+$/, ''), ...within, ...wrapped]
  return [...all, ...all.map(form => form.replaceAll('+', '-').replaceAll('/', '_'))]
}
