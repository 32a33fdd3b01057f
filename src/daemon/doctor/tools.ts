import { run } from '../../exec/run.ts'
import { lookUp, type Tool } from '../../exec/tools.ts'
import type { Finding } from '../../model/finding.ts'
import { bad, type Check, good, warning } from './check.ts'

interface Needed {
  tool: Tool
  args: string[]
  /** What devk was tried with: the version must begin so. */
  tried: RegExp
  /** Without it devk can't work at all, or only some things don't. */
  for: string
  required: boolean
}

const needed: Needed[] = [
  {
    tool: 'docker',
    args: ['--version'],
    tried: /^(2\d|[3-9]\d)\./,
    for: 'kind starts its nodes by it',
    required: true,
  },
  { tool: 'kind', args: ['version'], tried: /^0\.([2-9]\d)\./, for: 'kind clusters', required: true },
  { tool: 'k3d', args: ['version'], tried: /^5\./, for: 'k3d clusters', required: false },
  {
    tool: 'kubectl',
    args: ['version', '--client'],
    tried: /^1\.(2[89]|[3-9]\d)\./,
    for: 'kustomizations',
    required: false,
  },
  { tool: 'helm', args: ['version', '--short'], tried: /^[34]\./, for: 'Helm charts', required: false },
  {
    tool: 'sops',
    args: ['--version', '--disable-version-check'],
    tried: /^3\./,
    for: 'secrets by PGP and KMS',
    required: false,
  },
]

export const tools: Check = ({ signal }) => Promise.all(needed.map(item => look(item, signal)))

async function look(
  { tool, args, tried, required, for: purpose }: Needed,
  signal: AbortSignal,
): Promise<Finding> {
  const file = await lookUp(tool)
  const verdict = required ? bad : warning
  if (!file) {
    return verdict(
      tool,
      `not installed (${purpose})`,
      `Install ${tool}; in a clone of devk, scripts/setup brings it.`,
    )
  }
  try {
    const { stdout, stderr } = await run(
      { file, args },
      { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) },
    )
    const version = /v?(\d+\.\d+\.\d+[^\s,]*)/.exec(stdout || stderr)?.[1] ?? ''
    const seen = `${version || 'of an unknown version'} (${file})`
    return tried.test(version)
      ? good(tool, seen)
      : warning(tool, seen, `devk was not tried with this version of ${tool}.`)
  } catch (error) {
    signal.throwIfAborted()
    return verdict(tool, `${file} does not run: ${(error as Error).message}`, `Install ${tool} again.`)
  }
}
