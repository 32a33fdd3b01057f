import type { Facts } from './facts.ts'
import { type Item, planPackages } from './plan-item.ts'

/** The Docker engine: installed, set up for this machine, and answering. */
export function planEngine(facts: Facts): Item[] {
  const { engine } = facts
  if (engine.server)
    return [{ ...HERE, found: `${engine.server.version}, by ${engine.docker}` }, ...planRuntime(facts)]
  if (engine.remote) return [remoteSilent(engine.remote, engine.problem)]
  if (facts.os !== 'linux')
    return [{ ...BLOCKED, found: 'does not answer', todo: 'install and start Docker, then run this again' }]
  if (!facts.root) return [withoutRoot(facts)]
  const items = engine.dockerd && engine.docker ? [] : [planPackages(facts, ['docker.io'])]
  if (items.some(({ state }) => state === 'blocked')) return items
  return [
    ...items,
    ...planRuntime(facts),
    { ...MISSING, found: engine.dockerd ? 'not running' : 'not installed' },
  ]
}

const NAME = 'Docker engine'
const HERE = { name: NAME, state: 'here', todo: '' } as const
const BLOCKED = { name: NAME, state: 'blocked' } as const
const MISSING = { name: NAME, state: 'missing', todo: 'start', action: { do: 'start-engine' } } as const

function planRuntime({ needsRuntime, engine, root }: Facts): Item[] {
  if (!needsRuntime || engine.remote) return []
  const name = 'container runtime without CAP_SYS_RESOURCE'
  const found = 'this machine lacks the capability, and privileged containers ask for it'
  if (root)
    return [
      { name, state: 'missing', found, todo: 'merge into daemon.json', action: { do: 'configure-engine' } },
    ]
  return [{ name, state: 'blocked', found, todo: 'run scripts/setup as root once' }]
}

function remoteSilent(remote: string, problem = ''): Item {
  return {
    ...BLOCKED,
    found: `${remote} does not answer${problem && `: ${problem}`}`,
    todo: 'start it, or unset DOCKER_HOST and DOCKER_CONTEXT',
  }
}

function withoutRoot({ engine, debian }: Facts): Item {
  if (engine.problem?.includes('permission denied')) {
    const commands = ['sudo usermod -aG docker "$USER"', 'newgrp docker']
    return {
      ...BLOCKED,
      found: 'you may not use its socket',
      todo: 'join the group docker by hand',
      commands,
    }
  }
  const install = debian ? ['sudo apt-get update', 'sudo apt-get install --yes docker.io'] : []
  const commands = [...(engine.dockerd ? [] : install), 'sudo service docker start']
  return {
    ...BLOCKED,
    found: engine.dockerd ? 'not running' : 'not installed',
    todo: 'install or start by hand',
    commands,
  }
}
