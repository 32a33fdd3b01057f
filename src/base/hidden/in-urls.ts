/** What is written as it is in a URL, besides letters, figures, dots, dashes and underscores: everybody has a list. */
const KEPT = [
  // RFC 3986, PHP
  '~',
  // Java, and forms of browsers
  '*',
  // encodeURIComponent, encodeURI
  "~!'()*",
  "~!'()*;/?:@&=+$,#",
  // Python
  '~/',
  // Go: before the host, and between slashes
  '~$&+,;=',
  '~$&+=:@',
  // Browsers and Node before the host
  "~!$&'()*+,",
].map(chars => new Set(chars))

/** What is longer is hardly in a URL: servers refuse it. */
const LONG = 16 * 1024

/** A text as a part of a URL, as several languages write it. */
export function inUrls(text: string): string[] {
  const lists = text.length > LONG ? KEPT.slice(0, 1) : KEPT
  const strict = lists.map(kept => text.replace(/[^\w.-]/gu, char => (kept.has(char) ? char : encoded(char))))
  const all = strict.flatMap(form => [form, form.replaceAll('%20', '+')])
  return all.flatMap(form => [form, form.replace(/%../g, code => code.toLowerCase())])
}

function encoded(char: string): string {
  const code = encodeURIComponent(char)
  return code === char ? `%${char.charCodeAt(0).toString(16).toUpperCase()}` : code
}
