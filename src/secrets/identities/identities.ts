import type { Found } from './found.ts'
import { keyCommands } from './key-command.ts'
import { type Source, sources } from './sources.ts'
import { understand } from './understand.ts'

/** The keys of this machine's user. What is in files and variables is read once, however many secrets are opened. */
export interface Identities {
  /** What is there for a recipient: a command of the user's is told whose key is asked for. */
  forRecipient: (recipient: string | undefined, signal: AbortSignal) => Promise<Found[]>
  /** All places that were looked at, for a message. */
  places: readonly string[]
  /** What the child that is sops itself needs of the user's environment. */
  env: NodeJS.Dict<string>
  /** Where the user stands, whose paths may be relative. */
  folder: string
}

/** Throws nothing: a place that can't be read is one more thing to tell where no other has the key. */
export async function openIdentities(env: NodeJS.Dict<string>, folder = process.cwd()): Promise<Identities> {
  const places = sources(env, folder)
  const fixed = (await Promise.all(places.map(look))).filter(found => found !== undefined)
  const commands = keyCommands(env, folder)
  return {
    async forRecipient(recipient, signal) {
      const answered = await Promise.all(commands.map(command => command.ask(recipient, signal)))
      return [...fixed, ...answered]
    },
    places: [...places.map(({ name }) => name), ...commands.map(({ name }) => name)],
    env,
    folder,
  }
}

async function look(source: Source): Promise<Found | undefined> {
  const content = await source.read()
  if (content === undefined) return undefined
  if ('trouble' in content) return { source: source.name, usable: [], trouble: content.trouble }
  return { source: source.name, ...understand(content.text, source.holds) }
}
