import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { FileChange } from '../../../src/model/sync.ts'
import { openAgent } from '../../../src/sync/agent/agent.ts'
import { agentCommand } from '../../../src/sync/agent/agent-script.ts'
import { runAgent, shells, startContainer } from './shells.ts'

const signal = AbortSignal.timeout(60_000)
const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) {
    spawnSync('umount', ['-l', join(folder, 'volume')])
    rmSync(folder, { recursive: true, force: true })
  }
})

function folder(owner?: number): string {
  const path = mkdtempSync(join(tmpdir(), 'devk-limits-'))
  made.push(path)
  if (owner !== undefined) chownSync(path, owner, owner)
  return path
}

function write(to: string, path: string, text: string, mode = 0o644): FileChange {
  return { to, path, now: { kind: 'file', mode, bytes: Buffer.from(text) } }
}

/** A small file system of its own, where this machine lets one be mounted. */
function mount(folder: string, options: string): boolean {
  mkdirSync(join(folder, 'volume'))
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', join(folder, 'volume')]).status === 0
}

describe.each(shells)('in $name', shell => {
  it('works in the container itself', async () => {
    const to = join(folder(), 'app')
    await using agent = await openAgent(runAgent(shell, agentCommand({ at: 'inside' })).stream, signal)
    await agent.apply([write(to, 'src/a.js', 'text')], signal)
    expect(readFileSync(join(to, 'src/a.js'), 'utf8')).toBe('text')
    expect([...(await agent.survey([{ to, path: 'src' }], signal)).values()]).toEqual(['folder'])
  })

  it.runIf(isRoot)('works as any user, for what is its own', async () => {
    const to = folder(NOBODY)
    const { stream } = runAgent(shell, agentCommand({ at: 'inside' }), NOBODY)
    await using agent = await openAgent(stream, signal)
    await agent.apply([write(to, 'src/a', 'text', 0o444), write(to, 'b', 'text', 0o666)], signal)
    await agent.apply([write(to, 'src/a', 'again', 0o400)], signal)
    expect(readFileSync(join(to, 'src/a'), 'utf8')).toBe('again')
    expect(statSync(join(to, 'src/a'))).toMatchObject({ uid: NOBODY, mode: 0o100400 })
    expect(statSync(join(to, 'b')).mode & 0o777).toBe(0o666)
    writeFileSync(join(to, 'secret'), '')
    chmodSync(join(to, 'secret'), 0o600)
    expect([...(await agent.survey([{ to, path: 'secret' }], signal)).values()]).toEqual(['other'])
    await expect(agent.apply([write(to, 'secret', 'mine')], signal)).rejects.toMatchObject({
      code: 'SYNC_REFUSED',
      message: `${join(to, 'secret')} of the container can't be written: the container's user may not do that.`,
    })
    await agent.apply([write(to, 'b', 'goes on')], signal)
  })

  it.runIf(isRoot)('says where there is no space left, and writes it once there is', async context => {
    await using container = await startContainer(shell)
    if (!mount(container.root, 'size=64k')) context.skip()
    try {
      const filler = join(container.root, 'volume/filler')
      writeFileSync(filler, Buffer.alloc(50_000))
      const change = write('/volume', 'src/large', 'x'.repeat(30_000))
      await expect(container.agent.apply([change], signal)).rejects.toMatchObject({
        code: 'SYNC_REFUSED',
        message: expect.stringMatching(
          /\/volume.* of the container can't be written: there is no space left\./,
        ),
      })
      rmSync(filler)
      await container.agent.apply([change], signal)
      expect(readFileSync(join(container.root, 'volume/src/large'), 'utf8')).toHaveLength(30_000)
    } finally {
      spawnSync('umount', ['-l', join(container.root, 'volume')])
    }
  })

  it.runIf(isRoot)('says which file system is read-only', async context => {
    await using container = await startContainer(shell)
    if (!mount(container.root, 'ro')) context.skip()
    try {
      for (const change of [
        write('/volume', 'a', ''),
        write('/volume', 'src/a', ''),
        write('/volume/new', 'a', ''),
      ])
        await expect(container.agent.apply([change], signal)).rejects.toMatchObject({
          code: 'SYNC_REFUSED',
          message: expect.stringMatching(
            /^\/volume\/.* of the container can't be written: its file system is read-only\./,
          ),
        })
    } finally {
      spawnSync('umount', ['-l', join(container.root, 'volume')])
    }
  })
})

it('says which tools are not there', async () => {
  const [shell] = shells
  if (!shell) throw new Error('this machine has no shell')
  const { stream } = runAgent({ ...shell, env: { PATH: folder() } }, agentCommand({ at: 'inside' }))
  await expect(openAgent(stream, signal)).rejects.toMatchObject({
    code: 'AGENT_TOOLS_MISSING',
    message: expect.stringContaining('dd, mkdir, readlink, rm, rmdir, sha256sum, stat, tar'),
  })
})

it('says where there is no such container', async () => {
  const [shell] = shells
  if (!shell) throw new Error('this machine has no shell')
  const { stream } = runAgent(shell, agentCommand({ at: 'node', container: 'none' }))
  await expect(openAgent(stream, signal)).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
})
