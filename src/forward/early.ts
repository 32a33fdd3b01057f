import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a client says before anybody has answered it. */
export interface Early {
  /** Says it all to this one, and what comes then; `tooMuch` is called where more was said than is kept. */
  sendTo(far: Duplex, tooMuch: () => void): { withdraw(): void }
  /** Whether it may be said twice: an HTTP request that only asks, or nothing yet. */
  isHarmless(): boolean
  /** From now on the client is somebody else's to read. */
  stop(): void
}

const MOST_BYTES = 64 * 1024
const SAFE = /^(GET|HEAD|OPTIONS) \//

/** Reads from the beginning on: a client that goes while it is held would not be noticed otherwise. */
export function listenEarly(local: Socket): Early {
  const said: Buffer[] = []
  let size = 0
  let ended = false
  let hears: { far: Duplex; tooMuch: () => void } | undefined

  const onData = (chunk: Buffer) => {
    said.push(chunk)
    size += chunk.length
    hears?.far.write(chunk)
    if (size <= MOST_BYTES) return
    if (hears) hears.tooMuch()
    else local.pause()
  }
  const onEnd = () => {
    ended = true
    hears?.far.end()
  }
  local.on('data', onData).on('end', onEnd)
  return {
    sendTo(far, tooMuch) {
      hears = { far, tooMuch }
      for (const chunk of said) far.write(chunk)
      if (ended) far.end()
      if (size > MOST_BYTES) tooMuch()
      return {
        withdraw() {
          hears = undefined
        },
      }
    },
    isHarmless: () => said.length === 0 || SAFE.test(String(said[0]?.subarray(0, 16))),
    stop() {
      local.off('data', onData).off('end', onEnd)
      said.length = 0
      hears = undefined
    },
  }
}
