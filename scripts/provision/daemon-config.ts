export const RUNTIME = 'devk-runc'
export const RUNTIME_PATH = '/usr/local/bin/devk-runc'

type Json = Record<string, unknown>

/**
 * The engine's daemon.json with what a machine without CAP_SYS_RESOURCE needs, and all that was there before.
 * What somebody set stays as they set it.
 */
export function mergeDaemonConfig(existing: Json): { config: Json; changed: boolean } {
  const config: Json = {
    'default-runtime': RUNTIME,
    // A name that nobody answers for costs a kind node 5 s at its start otherwise.
    'dns-opts': ['timeout:1', 'attempts:1'],
    ...existing,
    features: { buildkit: true, ...object(existing['features']) },
    runtimes: { ...object(existing['runtimes']), [RUNTIME]: { path: RUNTIME_PATH } },
  }
  return { config, changed: JSON.stringify(sorted(config)) !== JSON.stringify(sorted(existing)) }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
