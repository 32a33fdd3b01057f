/** Up to the last @ before a path: many a password has one of its own. */
const IN_URL = /^[a-z][\w+.-]*:\/\/[^/?#\s:@]*:([^/?#\s]+)@/i
/** `shop:password@tcp(db:3306)/shop`, as Go's MySQL driver takes it. */
const BEFORE_ADDRESS = /^[^/\s:@]+:(.+)@\w*\(/
/** `host=db password=...`, `Server=db;Pwd=...`, `?user=shop&password=...` */
const NAMED = /(?<=^|[\s;?&])(?:password|passwd|pwd)\s*=\s*(?:'([^']+)'|"([^"]+)"|([^\s;&'"]+))/gi

/** What a connection string like a database's bears is often told without the rest of it. */
export function connectionPasswords(text: string): string[] {
  const line = text.trim()
  const found = [
    IN_URL.exec(line)?.[1],
    BEFORE_ADDRESS.exec(line)?.[1],
    ...[...line.matchAll(NAMED)].map(([, single, double, bare]) => single ?? double ?? bare),
  ]
  return [...new Set(found.filter(raw => raw !== undefined).flatMap(raw => [raw, decoded(raw)]))]
}

function decoded(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}
