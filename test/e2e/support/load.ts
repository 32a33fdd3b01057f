import { get } from 'node:http'

export interface Load {
  /** Ends it, waits for all answers, and says what went wrong with any of them. */
  end(): Promise<{ answered: number; faults: string[] }>
}

/** Requests at a steady rate, each over a connection of its own. */
export function requests(url: string, perSecond: number): Load {
  const faults: string[] = []
  let answered = 0
  const open = new Set<Promise<void>>()
  const timer = setInterval(() => {
    const began = performance.now()
    const heldFor = () => Math.round((performance.now() - began) / 1_000)
    const one = ask(url)
      .then(() => void answered++)
      .catch((error: Error) => void faults.push(`${error.message} after ${heldFor()} s`))
      .finally(() => open.delete(one))
    open.add(one)
  }, 1_000 / perSecond)
  return {
    async end() {
      clearInterval(timer)
      await Promise.all(open)
      return { answered, faults }
    },
  }
}

function ask(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, response => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`))
      response.on('error', reject).on('end', resolve).resume()
    })
    request.on('error', reject)
  })
}
