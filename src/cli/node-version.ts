import manifest from '../../package.json' with { type: 'json' }

/** What to tell who runs devk with a Node.js that can't run it; undefined where it can. */
export function nodeFault(running: string): string | undefined {
  const needed = manifest.engines.node.replace('>=', '')
  if (!isOlder(running, needed)) return undefined
  return `devk needs Node.js ${needed} or later, and this is ${running}. Install a newer one, then run this again.`
}

function isOlder(version: string, than: string): boolean {
  const [ours = [], theirs = []] = [version, than].map(text => text.split('.').map(Number))
  const differing = theirs.findIndex((part, index) => part !== (ours[index] ?? 0))
  return differing >= 0 && (ours[differing] ?? 0) < (theirs[differing] ?? 0)
}
