export type Tool = 'kind' | 'k3d' | 'kubectl' | 'helm' | 'sops'

interface Requirement {
  /** For people: which versions will do. */
  wanted: string
  /** What prints the version. */
  args: readonly string[]
  accepts(version: Version): boolean
}

export interface Version {
  major: number
  minor: number
  patch: number
  /** alpha, rc.1, dispatcher ...; build metadata such as +k3s1 is none. */
  prerelease?: string
}

const exactly =
  (wanted: string): Requirement['accepts'] =>
  version =>
    text(version) === wanted

export const requirements: Readonly<Record<Tool, Requirement>> = {
  kind: { wanted: '0.30.0', args: ['version', '--quiet'], accepts: exactly('0.30.0') },
  k3d: { wanted: '5.8.3', args: ['version'], accepts: exactly('5.8.3') },
  kubectl: {
    wanted: '1.32 to 1.34',
    args: ['version', '--client', '--output=json'],
    // Kubernetes supports a client one minor version off its server, which is 1.33.
    accepts: ({ major, minor, prerelease }) => major === 1 && Math.abs(minor - 33) <= 1 && !prerelease,
  },
  helm: { wanted: '3.x', args: ['version', '--short'], accepts: released(3) },
  sops: { wanted: '3.x', args: ['--disable-version-check', '--version'], accepts: released(3) },
}

/** The first version that a tool's output names. */
export function readVersion(output: string): Version | undefined {
  const found = /\bv?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?/.exec(output)
  if (!found) return undefined
  const [, major, minor, patch, prerelease] = found
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    ...(prerelease !== undefined && { prerelease }),
  }
}

export function text({ major, minor, patch, prerelease }: Version): string {
  return `${major}.${minor}.${patch}${prerelease ? `-${prerelease}` : ''}`
}

function released(major: number): Requirement['accepts'] {
  return version => version.major === major && !version.prerelease
}
