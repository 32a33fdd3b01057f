/** What is asked of an agent at once. */
export interface AgentRequest {
  /** Calls of the functions of its script. */
  calls: string[]
  /** What these read after them. */
  payload?: Buffer | undefined
}

/** A shell reads a line byte by byte; beyond this, it is quicker to have it read as a file. */
const LINE_BYTES = 3_000

/** As it is written to the agent's stdin. */
export function encodeRequest({ calls, payload = Buffer.alloc(0) }: AgentRequest): Buffer[] {
  const line = Buffer.from(`${calls.join('; ')}\n`)
  if (line.length <= LINE_BYTES) return [line, payload]
  const script = Buffer.from(`${calls.join('\n')}\n`)
  return [Buffer.from(`load ${script.length} ${payload.length}\n`), script, payload]
}
