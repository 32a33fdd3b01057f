/** One message a line: JSON never holds a raw newline. */
export function encodeLine(message: unknown): string {
  return JSON.stringify(message)
}

/** The message of a line, or undefined where it is none: what is not ours is not for us to read. */
export function decodeLine<T extends { type: string }>(line: string): T | undefined {
  try {
    const message: unknown = JSON.parse(line)
    return typeof message === 'object' && message !== null && 'type' in message ? (message as T) : undefined
  } catch {
    return undefined
  }
}
