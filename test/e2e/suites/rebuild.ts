import { readFile, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { findProcesses } from '../../../src/exec/find-processes.ts'
import { inRootOf } from '../support/container-files.ts'
import { succeeded } from '../support/devk.ts'
import { eventually } from '../support/machine.ts'
import { dockerfiles, type Name, type Redeployed } from '../support/redeployed.ts'
import type { Place } from './place.ts'

/** What follows on a change where writing files is not enough. */
export function rebuild({ home, provider }: Place, project: Redeployed): void {
  /** Tells the builds of one cluster from those of another. */
  const seconds = provider === 'kind' ? '3601' : '3602'
  const { devk, at, save, of, served, pods, same, serves } = project
  const attach = async () => {
    const attached = home().start(['up', '--attach'], { cwd: at('') })
    await eventually(async () => expect(attached.printed()).toContain('is ready ('))
    return {
      printed: attached.printed,
      says: (words: string) => eventually(async () => expect(attached.printed()).toContain(words), 60_000),
      end: async () => {
        attached.child.kill('SIGINT')
        await attached.ended
      },
    }
  }
  const python = (restart: string) =>
    project.text().replace('restart: process, ignore', `restart: ${restart}, ignore`)
  const fileOf = async (service: Name, path: string) => {
    const [pod] = await pods(service)
    if (!pod) throw new Error('there is no pod')
    return await inRootOf(pod, 'cat ".$1"', path)
  }

  it('what is in no rule is built anew, which is said, once nothing is paused, and the old pods serve until the new ones are ready', async () => {
    await save({ 'node/src/text.js': 'module.exports = "served"\n' })
    await serves('node', 'served')
    const before = new Set((await pods('node')).map(({ pod }) => pod))
    const attached = await attach()
    const answers = new Set<string>()
    let over = false
    const asking = (async () => {
      while (!over) answers.add(await served('node').catch(String))
    })()
    succeeded(await devk('sync', '--pause'))
    await save({ 'node/package.json': '{ "name": "node", "version": "2.0.0" }\n' })
    await attached.says('rebuilding node: node/package.json is in no sync rule')
    await attached.says('that waits: devk sync --resume does it')
    succeeded(await devk('sync', '--resume'))
    await attached.says('node up to date')
    over = true
    await asking
    await attached.end()
    expect((await pods('node')).filter(({ pod }) => before.has(pod))).toEqual([])
    expect([...answers]).toEqual(['served'])
    await same('node')
  })

  it('a build that a newer change makes stale is given up for it', async () => {
    const sleepers = () => findProcesses(args => args[0] === 'sleep' && args[1] === seconds)
    await writeFile(at('node/Dockerfile'), `${dockerfiles.node}RUN sleep ${seconds}\n`)
    await eventually(async () => expect(await sleepers()).toHaveLength(1))
    expect((await of('node')).sync?.state).toBe('rebuilding')
    await writeFile(at('node/Dockerfile'), `${dockerfiles.node}RUN cp package.json built.json\n`)
    await save({ 'node/package.json': '{ "name": "fresh" }\n' })
    await eventually(async () => expect(await fileOf('node', '/app/built.json')).toContain('fresh'))
    await eventually(async () => expect((await of('node')).why).toBeUndefined())
    await eventually(async () => expect(await sleepers()).toEqual([]), 20_000)
  })

  it('a build that fails is shown with what it said, and the next change builds again', async () => {
    const attached = await attach()
    await writeFile(at('node/Dockerfile'), `${dockerfiles.node}RUN echo no such luck >&2; false\n`)
    await attached.says('no such luck')
    await writeFile(at('node/Dockerfile'), dockerfiles.node)
    await attached.says('node up to date')
    await attached.end()
    await same('node')
  })

  it('dependencies are installed anew for another lockfile only, with what was fetched before at hand', async () => {
    await writeFile(
      at('node/Dockerfile'),
      `FROM node:24-slim
WORKDIR /app
COPY package.json .
RUN --mount=type=cache,target=/cache echo install >> /cache/log && cp /cache/log installed && date +%s%N >> installed
COPY src src
COPY [ "main.j[s]", "./" ]
CMD ["node", "--watch", "src/server.js"]
`,
    )
    await save({ 'node/package.json': '{ "name": "lock 1" }\n' })
    const installs = async () => (await fileOf('node', '/app/installed')).split('\n').filter(Boolean)
    await eventually(async () => expect((await installs()).length).toBeGreaterThan(1))
    const first = await installs()
    await save({ 'node/main.js': 'exports.main = 1\n' })
    await eventually(async () => expect(await fileOf('node', '/app/main.js')).toContain('main = 1'))
    expect(await installs()).toEqual(first)
    await save({ 'node/package.json': '{ "name": "lock 2" }\n' })
    await eventually(async () => expect((await installs()).length).toBe(first.length + 1))
  })

  it('a manifest is applied when it is saved, and the image stays', async () => {
    const built = (await of('binary')).imageBuiltAt
    const manifest = await readFile(at('binary.json'), 'utf8')
    await writeFile(at('binary.json'), manifest.replace('"replicas":1', '"replicas":2'))
    await eventually(async () => expect(await pods('binary')).toHaveLength(2))
    await same('binary')
    expect((await of('binary')).imageBuiltAt).toBe(built)
  })

  it('devk.yaml is taken over when it is saved; where it is broken, what was before stays and it says why', async () => {
    const attached = await attach()
    await writeFile(at('devk.yaml'), python('often'))
    await attached.says('services.python.sync.0.restart')
    await writeFile(at('devk.yaml'), `${project.text()}namespace: elsewhere\n`)
    await attached.says('devk up goes there')
    await writeFile(at('devk.yaml'), project.text().replace(/^ {2}locked:.*\n/m, ''))
    await attached.says('names locked no more: devk up takes it away')
    await save({ 'python/src/text.py': 'TEXT = "as before"\n' })
    await serves('python', 'as before')
    await writeFile(at('devk.yaml'), python('{ run: "echo made > /tmp/made; echo told" }'))
    await attached.says('the project up to date')
    await attached.end()
    await save({ 'python/src/text.py': 'TEXT = "by a command"\n' })
    await eventually(async () => expect(await fileOf('python', '/tmp/made')).toBe('made'))
    await eventually(async () => expect(succeeded(await devk('logs', 'python')).stdout).toContain('told'))
  })

  it('what follows on a change is done once where only that was changed', async () => {
    await writeFile(at('devk.yaml'), python('{ run: "echo anew > /tmp/made" }'))
    await eventually(async () => expect(await fileOf('python', '/tmp/made')).toBe('anew'))
  })

  it('a command that fails after a change is shown, and the next change runs it again', async () => {
    const attached = await attach()
    const command = 'grep -q good /app/src/text.py || { echo not good; exit 3; }'
    await writeFile(at('devk.yaml'), python(`{ run: "${command}" }`))
    await attached.says('exit code 3: not good')
    await attached.end()
    expect((await of('python')).sync).toMatchObject({ state: 'failing' })
    await save({ 'python/src/text.py': 'TEXT = "good"\n' })
    await same('python')
  })

  it('a container or a signal follows on a change where that was asked for', async () => {
    const signal = 'to: /app, restart: { signal: SIGKILL } }'
    await writeFile(at('devk.yaml'), python('container').replace('to: /app }', signal))
    await eventually(async () => expect((await of('python')).restarts).toBeGreaterThan(0))
    await eventually(async () => expect((await of('locked')).restarts).toBeGreaterThan(0))
    await same('python')
    const before = (await of('python')).restarts
    await save({ 'python/src/text.py': 'TEXT = "in a new container"\n', 'locked/src/index.html': 'killed' })
    await eventually(async () => expect((await of('python')).restarts).toBeGreaterThan(before))
    await same('python')
    await same('locked')
    await serves('locked', 'killed')
  })

  it('what a .dockerignore leaves out from now on is written no more, and stays where it is', async () => {
    const attached = await attach()
    await writeFile(at('devk.yaml'), project.text())
    await attached.says('the project up to date')
    await save({ 'locked/src/kept.log': 'kept' })
    await same('locked')
    await save({ 'locked/.dockerignore': '**/*.log\n' })
    await attached.says('looking at all sources again')
    await attached.says('locked up to date')
    await attached.end()
    await save({ 'locked/src/kept.log': 'another', 'locked/src/index.html': 'last' })
    await serves('locked', 'last')
    expect(await fileOf('locked', '/app/kept.log').catch(() => 'kept')).toBe('kept')
  })
}
