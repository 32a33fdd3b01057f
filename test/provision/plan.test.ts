import { describe, expect, it } from 'vitest'
import { hashInputs } from '../../scripts/airgap/build.ts'
import { catalogue } from '../../scripts/airgap/builds/catalogue.ts'
import type { FoundImage } from '../../scripts/airgap/store.ts'
import { engineFirst } from '../../scripts/provision/engine-first.ts'
import { type Facts, goalTools, readGoVersion } from '../../scripts/provision/facts.ts'
import type { Goal } from '../../scripts/provision/options.ts'
import { imagesToPull, listedName } from '../../scripts/provision/pinned-images.ts'
import { isComplete, makePlan } from '../../scripts/provision/plan.ts'
import type { Tool } from '../../scripts/provision/tool-versions.ts'

const hashes = await hashInputs(catalogue)

function allImages(inputs: (build: string) => string | undefined): Map<string, FoundImage> {
  return new Map(
    catalogue.flatMap(({ id, output }) => {
      if (output.kind === 'folder') return []
      const made = inputs(id)
      return output.tags.map(tag => [tag, { id: `sha256:${id}`, ...(made && { inputs: made }) }] as const)
    }),
  )
}

/** A machine in a closed network on which set-up has been. */
function facts(fields: Partial<Facts> = {}): Facts {
  return {
    ...{ os: 'linux', root: true, debian: true, needsRuntime: false, lowInotify: {} },
    engine: { docker: '/usr/bin/docker', dockerd: '/usr/sbin/dockerd', server: { version: '20.10.24' } },
    tools: goalTools.test.map(tool => ({ tool, use: { path: `/usr/bin/${tool}` } })),
    offered: new Set(),
    registries: { state: 'unreachable', decidedAt: '2026-11-20', remembered: true },
    programs: {
      go: { major: 1, minor: 24, patch: 0 },
      mmdebstrap: true,
      npm: true,
      lackForTests: [],
    },
    images: allImages(id => hashes.get(id)),
    hashes,
    folders: new Set(catalogue.filter(({ output }) => output.kind === 'folder').map(({ id }) => id)),
    ...fields,
  }
}

const bare: Partial<Facts> = {
  engine: {},
  tools: goalTools.start.map(tool => ({ tool })),
  programs: {
    go: { major: 1, minor: 24, patch: 0 },
    mmdebstrap: false,
    npm: true,
    lackForTests: ['chromium', 'busybox-static'],
  },
  images: new Map(),
  folders: new Set(),
}

const actions = (from: Facts, goal: Goal = 'cluster') =>
  makePlan(from, goal).items.flatMap(({ action }) => (action ? [action] : []))

describe('the plan', () => {
  it('has nothing to do where all is here', () => {
    const plan = makePlan(facts(), 'test')
    expect(isComplete(plan)).toBe(true)
    expect(plan.builds).toEqual([])
  })

  it('installs, starts and builds all on a bare Debian machine in a closed network', () => {
    const wanted = actions(facts(bare))
    expect(wanted).toEqual([
      { do: 'install-packages', names: ['docker.io'] },
      { do: 'start-engine' },
      { do: 'install-packages', names: ['mmdebstrap'] },
      { do: 'get-tool', tool: 'kind', ways: ['build'] },
      { do: 'get-tool', tool: 'kubectl', ways: ['build'] },
      { do: 'build', build: 'registry' },
      { do: 'build', build: 'kind-node' },
    ])
  })

  it('brings the example’s base images before it is started, and what only the tests use for those alone', () => {
    const builds = actions(facts(bare), 'start').filter(action => action.do === 'build')
    expect(builds.map(({ build }) => build)).toEqual([
      'registry',
      'kind-node',
      'node',
      'python',
      'postgres',
      'redis',
    ])
    const programs = { do: 'install-packages', names: ['chromium', 'busybox-static'] }
    expect(actions(facts(bare), 'start')).not.toContainEqual(programs)
    expect(actions(facts(bare), 'test')).toContainEqual(programs)
  })

  it('downloads and pulls where the internet answers, and needs no Go', () => {
    const open = facts({
      ...bare,
      engine: facts().engine,
      programs: { mmdebstrap: false, npm: true, lackForTests: ['chromium'] },
      offered: new Set<Tool>(['kind', 'kubectl']),
      registries: { state: 'reachable', decidedAt: '', remembered: false },
    })
    const plan = makePlan(open, 'start')
    expect(plan.builds).toEqual([])
    expect(actions(open)).toEqual([
      { do: 'get-tool', tool: 'kind', ways: ['download', 'build'] },
      { do: 'get-tool', tool: 'kubectl', ways: ['download', 'build'] },
      ...imagesToPull('start').map(image => ({ do: 'pull', image })),
    ])
  })

  it('knows an image that was pulled by its digest', () => {
    const images = new Map(imagesToPull('start').map(image => [listedName(image), { id: 'sha256:1' }]))
    const registries = { state: 'reachable', decidedAt: '', remembered: true } as const
    expect(isComplete(makePlan(facts({ images, registries }), 'start'))).toBe(true)
  })

  it('builds again what was built here from other inputs, and no more than that', () => {
    const images = allImages(id => (id === 'registry' ? 'former' : hashes.get(id)))
    const plan = makePlan(facts({ images }), 'start')
    expect(plan.builds.map(({ id }) => id)).toEqual(['registry'])
  })

  it('leaves an image alone that was not built here', () => {
    const images = allImages(() => undefined)
    expect(isComplete(makePlan(facts({ images }), 'test'))).toBe(true)
  })

  it('says which commands to run where it is not root, and does nothing by itself', () => {
    const plan = makePlan(facts({ ...bare, root: false }), 'start')
    const engine = plan.items.find(({ name }) => name === 'Docker engine')
    expect(engine).toMatchObject({ state: 'blocked' })
    expect(engine?.commands).toContain('sudo apt-get install --yes docker.io')
    expect(isComplete(plan)).toBe(false)
  })

  it('tells apart an engine that runs but may not be used', () => {
    const engine = { docker: '/usr/bin/docker', dockerd: '/usr/sbin/dockerd', problem: 'permission denied' }
    const plan = makePlan(facts({ engine, root: false }), 'start')
    expect(plan.items[0]?.commands).toContain('sudo usermod -aG docker "$USER"')
  })

  it('never starts an engine when the client is told of another one', () => {
    const engine = { docker: '/usr/bin/docker', remote: 'tcp://10.0.0.1:2375', problem: 'refused' }
    const plan = makePlan(facts({ engine }), 'start')
    expect(plan.items[0]).toMatchObject({ state: 'blocked', found: expect.stringContaining('10.0.0.1') })
  })

  it('gives the engine a runtime before its start where the machine lacks CAP_SYS_RESOURCE', () => {
    const engine = { docker: '/usr/bin/docker', dockerd: '/usr/sbin/dockerd' }
    expect(actions(facts({ engine, needsRuntime: true }))).toEqual([
      { do: 'configure-engine' },
      { do: 'start-engine' },
    ])
  })

  it('raises low inotify limits as root, and only advises it otherwise', () => {
    const lowInotify = { max_user_instances: 128 }
    expect(actions(facts({ lowInotify }))).toEqual([{ do: 'raise-inotify', limits: ['max_user_instances'] }])
    const plan = makePlan(facts({ lowInotify, root: false }), 'start')
    expect(plan.items).toContainEqual(expect.objectContaining({ state: 'advised', name: 'inotify limits' }))
    expect(isComplete(plan)).toBe(true)
  })

  it('is blocked by a Go too old to build with, and only where something has to be built', () => {
    const programs = {
      go: { major: 1, minor: 19, patch: 8 },
      mmdebstrap: true,
      npm: true,
      lackForTests: [],
    }
    expect(isComplete(makePlan(facts({ programs }), 'start'))).toBe(true)
    const plan = makePlan(facts({ programs, images: new Map() }), 'start')
    expect(plan.items).toContainEqual(expect.objectContaining({ state: 'blocked', found: '1.19.8' }))
  })

  it('cannot build images on another system than Linux', () => {
    const plan = makePlan(facts({ os: 'darwin', images: new Map() }), 'cluster')
    expect(plan.items.filter(({ state }) => state === 'blocked')).toHaveLength(2)
    expect(plan.builds).toEqual([])
  })
})

describe("Go's version", () => {
  it('is read with or without a patch', () => {
    expect(readGoVersion('go version go1.24 linux/amd64')).toEqual({ major: 1, minor: 24, patch: 0 })
    expect(readGoVersion('go version go1.26.8 linux/amd64')).toEqual({ major: 1, minor: 26, patch: 8 })
  })
})

describe('an engine that is installed and does not run', () => {
  const stopped = { docker: '/usr/bin/docker', dockerd: '/usr/sbin/dockerd' }
  const first = (fields: Partial<Facts>) => {
    const seen = facts(fields)
    return engineFirst(makePlan(seen, 'test'), seen)
  }

  it('is started before it is decided what to build: nobody knows yet which images it has', () => {
    const plan = first({ engine: stopped, needsRuntime: true, images: new Map() })
    expect(plan?.items.map(({ action }) => action)).toEqual([
      { do: 'configure-engine' },
      { do: 'start-engine' },
    ])
    expect(plan?.builds).toEqual([])
  })

  it('is left alone where something is for others to do, and nothing is changed then', () => {
    const others = { programs: { ...facts().programs, lackForTests: ['chromium'] }, debian: false }
    expect(first({ engine: stopped, images: new Map(), ...others })).toBeUndefined()
  })

  it('is no matter where it runs, is not installed, or is on another machine', () => {
    expect(first({})).toBeUndefined()
    expect(first(bare)).toBeUndefined()
    expect(first({ engine: { docker: '/usr/bin/docker', remote: 'ssh://elsewhere' } })).toBeUndefined()
  })
})
