import { appendFileSync } from 'node:fs'
import { chmod, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from '../../../src/exec/run.ts'
import { inRootOf } from '../support/container-files.ts'
import { succeeded } from '../support/devk.ts'
import { eventually } from '../support/machine.ts'
import { dockerfiles, names, type Redeployed, sources } from '../support/redeployed.ts'
import type { Place } from './place.ts'

/** From a saved file to what runs. */
export function redeploy({ home, cluster }: Place, project: Redeployed): void {
  const { devk, inNamespace, at, save, of, served, serves, status, pods, inContainers, same, killDaemon } =
    project

  it('every container has its sources after `up`, also where a volume hides what the image has', async () => {
    succeeded(await devk('up'))
    for (const service of names) {
      await same(service)
      await serves(service, 'as built')
    }
  })

  it('a saved file is in every replica, and is served by what watches it, again and again', async () => {
    for (const text of ['one', 'two', 'three', 'four']) {
      await save({ 'node/src/text.js': `module.exports = "${text}"\n` })
      await serves('node', text)
      await same('node')
    }
    expect((await of('node')).sync?.last?.files).toBe(1)
  })

  it('files are added, removed, renamed, moved with their folders, replaced by rename, and linked', async () => {
    await save({ 'node/src/deep/er/a.txt': 'a', 'node/src/deep/er/b.txt': 'b', 'node/src/x y/ü "$.txt': 'c' })
    await same('node')
    await rename(at('node/src/deep'), at('node/src/moved'))
    await rm(at('node/src/moved/er/a.txt'))
    await writeFile(at('node/src/.text.js.new'), 'module.exports = "by rename"\n')
    await rename(at('node/src/.text.js.new'), at('node/src/text.js'))
    await symlink('moved/er/b.txt', at('node/src/link'))
    await serves('node', 'by rename')
    await same('node')
    await rm(at('node/src/moved'), { recursive: true })
    await rename(at('node/src/link'), at('node/src/Link'))
    await same('node')
  })

  it('a git checkout of a thousand files arrives whole', async () => {
    const env = { GIT_DIR: join(home().folder, `${project.name}.git`), GIT_WORK_TREE: at('locked/src') }
    const git = (...args: string[]) => run({ file: 'git', args, env, cwd: at('locked/src') })
    const author = ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.com']
    const commit = async () => {
      await git('add', '.')
      await git(...author, 'commit', '--quiet', '--message', 'x')
    }
    await git('init', '--quiet')
    await commit()
    await git('checkout', '--quiet', '-b', 'many')
    await save(
      Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`locked/src/d${n % 40}/f${n}`, `${n}`])),
    )
    await commit()
    await same('locked')
    await git('checkout', '--quiet', '-')
    await same('locked')
    await git('checkout', '--quiet', 'many')
    await same('locked')
    expect((await inContainers('locked'))[0]?.split('\n').filter(Boolean)).toHaveLength(1_001)
  })

  it('what may not be root owns what is written for it', async () => {
    const [pod] = await pods('locked')
    if (!pod) throw new Error('there is no pod')
    const stat = 'stat -c "%u:%g %a" /proc/$pid app/d1/f1'
    const [process, file] = (await inRootOf(pod, stat)).split('\n')
    expect(process).toMatch(/^1234:/)
    expect(file).toBe(`${process?.split(' ')[0]} 644`)
  })

  it('the main process is restarted in place, also where it is a program that changed itself, without a restart of the container', async () => {
    const before = [await pods('python'), await pods('binary')]
    await save({ 'python/src/text.py': 'TEXT = "restarted"\n' })
    appendFileSync(at('binary/bin/busybox'), 'more')
    await chmod(at('binary/bin/busybox'), 0o755)
    await save({ 'binary/www/index.html': 'written' })
    await serves('python', 'restarted')
    await serves('binary', 'written')
    await same('python')
    await same('binary')
    expect([await pods('python'), await pods('binary')]).toEqual(before)
    expect((await of('python')).restarts).toBe(0)
  })

  it('a process that crashes on a change is started again with the next one, whatever Kubernetes thinks of crashes', async () => {
    await save({ 'python/src/text.py': 'TEXT = \n' })
    await eventually(async () =>
      expect(succeeded(await devk('logs', 'python')).stdout).toContain('SyntaxError'),
    )
    await save({ 'python/src/text.py': 'TEXT = "mended"\n' })
    await serves('python', 'mended')
    expect((await of('python')).restarts).toBe(0)
  })

  it('nothing is lost where a pod is replaced while files are saved', async () => {
    await save({
      'node/src/text.js': 'module.exports = "before"\n',
      'python/src/text.py': 'TEXT = "before"\n',
    })
    await inNamespace('delete', 'pods', '--selector', 'app in (node, python)', '--wait=false')
    await save({ 'node/src/text.js': 'module.exports = "after"\n', 'python/src/text.py': 'TEXT = "after"\n' })
    await serves('node', 'after')
    await serves('python', 'after')
    await same('node')
    await same('python')
  })

  it('a new replica gets all that was saved since the image was built', async () => {
    await inNamespace('scale', 'deployment', 'python', '--replicas', '3')
    await eventually(async () => expect(await pods('python')).toHaveLength(3))
    await same('python')
  })

  it('what is saved and taken back while the daemon is dead is so in the containers once it lives again', async () => {
    await save({ 'node/src/new.txt': 'of before' })
    await same('node')
    await killDaemon()
    await rm(at('node/src/new.txt'))
    await save({ 'node/src/text.js': 'module.exports = "dead"\n', 'node/src/other.txt': 'new' })
    await save({ 'python/src/text.py': sources['python/src/text.py'] })
    succeeded(await devk('up'))
    await serves('node', 'dead')
    await serves('python', 'as built')
    await same('node')
    await same('python')
  })

  it('what is saved while the nodes are stopped arrives once they run', async () => {
    succeeded(await devk('cluster', 'stop', cluster))
    // What needs more than writing waits for the cluster, and does not start it.
    await save({ 'locked/Dockerfile': `${dockerfiles.locked}# changed\n` })
    await save({
      'node/src/text.js': 'module.exports = "asleep"\n',
      'python/src/text.py': 'TEXT = "asleep"\n',
    })
    await eventually(async () => expect((await of('node')).sync?.state).not.toBe('in sync'))
    expect((await status()).cluster.state).toBe('stopped')
    succeeded(await devk('up'))
    await serves('node', 'asleep')
    await serves('python', 'asleep')
    for (const service of names) await same(service)
  })

  it('`up` builds and applies nothing for what was written already', async () => {
    const { run: did } = JSON.parse(succeeded(await devk('up', '--json')).stdout) as {
      run: { built: number; applied: number }
    }
    expect(did).toMatchObject({ built: 0, applied: 0 })
  })

  it('nothing is written while it is paused, also by another daemon, and all of it then', async () => {
    succeeded(await devk('sync', '--pause'))
    await save({ 'node/src/text.js': 'module.exports = "paused"\n' })
    await killDaemon()
    succeeded(await devk('sync'))
    expect((await of('node')).sync?.state).toBe('paused')
    expect(await served('node')).toBe('asleep')
    succeeded(await devk('sync', '--resume'))
    await serves('node', 'paused')
    await same('node')
  })
}
