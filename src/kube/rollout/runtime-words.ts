/** The runtime wraps the one clause that matters into a line of its own names. */
export function runtimeWords(message: string): string {
  const told = /(exec: ".*?": .+?)(?:: unknown)?$/s.exec(message.trim())?.[1]
  if (told) return told
  return message
    .trim()
    .replace(/^.*(?:runc create failed|OCI runtime create failed): /s, '')
    .replace(/: unknown$/, '')
}
