import { DevkError } from '../../base/errors.ts'
import { isFreePort } from '../../base/ports.ts'

const FIRST = 5050
const LAST = 5069

/** The first port of the registry's range that nobody listens on. */
export async function freePort(): Promise<number> {
  for (let port = FIRST; port <= LAST; port++) if (await isFreePort(port)) return port
  throw new DevkError({
    code: 'PORT_TAKEN',
    message: `All ports from ${FIRST} to ${LAST} are taken, so the registry has none to listen on.`,
    hint: 'Free one of them, or name another: DEVK_REGISTRY_PORT=5100.',
  })
}
