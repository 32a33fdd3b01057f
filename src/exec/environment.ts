type Environment = Readonly<Record<string, string | undefined>>

/** Keys that open secrets: only a child that is given one by name gets it. */
const WITHHELD = /^(SOPS_AGE_|SOPS_PGP_|AGE_|VAULT_)/

export function childEnvironment(parent: Environment, added: Environment = {}): Record<string, string> {
  const inherited = Object.entries(parent).filter(([name]) => !WITHHELD.test(name))
  const all = { ...Object.fromEntries(inherited), ...added }
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
