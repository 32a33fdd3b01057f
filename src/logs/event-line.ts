/** What Kubernetes says of an object, as it stands between the lines of a service. */
export interface EventText {
  kind: string
  name: string
  /** `Normal` or `Warning`. */
  type: string
  reason: string
  message: string
}

/** An event is told by whole seconds: what tells those of one second apart is the same whenever it is heard again. */
export function formatEvent(event: {
  uid: string
  about: { kind: string; name: string }
  type: string
  reason: string
  message: string
  at: number
}): { time: string; line: Buffer } {
  const { uid, about, type, reason, message, at } = event
  const second = new Date(at).toISOString().slice(0, 19)
  const time = `${second}.${fraction(uid)}Z`
  const text: EventText = { kind: about.kind, name: about.name, type, reason, message }
  return { time, line: Buffer.from(`${time} ${JSON.stringify(text)}\n`) }
}

export function parseEvent(text: Buffer): EventText | undefined {
  try {
    return JSON.parse(text.toString()) as EventText
  } catch {
    return undefined
  }
}

function fraction(uid: string): string {
  let hash = 0
  for (const byte of Buffer.from(uid)) hash = (hash * 31 + byte) % 1_000_000_000
  return String(hash).padStart(9, '0')
}
