import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findImages } from '../../scripts/airgap/store.ts'
import { inspectEngine } from '../../scripts/provision/engine.ts'
import { lacksSysResource } from '../../scripts/provision/kernel.ts'
import { recordingRun } from '../../src/exec/recording.ts'
import type { Ran } from '../../src/exec/run.ts'

const never = new AbortController().signal

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devk-engine-'))
  vi.stubEnv('DOCKER_HOST', '')
  vi.stubEnv('DOCKER_CONTEXT', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** Clients on PATH, in that order, each with what it answers. */
function withClients(answers: Record<string, Partial<Ran>>) {
  for (const name of Object.keys(answers)) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'docker'), '', { mode: 0o755 })
  }
  const path = Object.keys(answers).map(name => join(folder, name))
  vi.stubEnv('PATH', path.join(':'))
  return recordingRun(({ file }) => answers[file.split('/').at(-2) ?? ''])
}

describe('looking at the engine', () => {
  it('takes the client that fits the engine, wherever it is on PATH', async () => {
    const { run } = withClients({
      newer: { stdout: '28.2.2 20.10.24+dfsg1' },
      fitting: { stdout: '20.10.24+dfsg1 20.10.24+dfsg1' },
    })
    expect(await inspectEngine(run, never)).toMatchObject({
      docker: join(folder, 'fitting/docker'),
      server: { version: '20.10.24+dfsg1' },
    })
  })

  it('asks no second client where the first one fits', async () => {
    const { run, commands } = withClients({ first: { stdout: '28.2.2 28.0.1' }, second: {} })
    expect(await inspectEngine(run, never)).toMatchObject({ docker: join(folder, 'first/docker') })
    expect(commands).toHaveLength(1)
  })

  it('takes the first client where none fits', async () => {
    const { run } = withClients({
      first: { stdout: '28.2.2 20.10.24' },
      second: { stdout: '27.0.0 20.10.24' },
    })
    expect(await inspectEngine(run, never)).toMatchObject({ docker: join(folder, 'first/docker') })
  })

  it("keeps the client's words where no engine answers", async () => {
    const { run } = withClients({ only: { exitCode: 1, stdout: '20.10.24 ', stderr: 'permission denied' } })
    const facts = await inspectEngine(run, never)
    expect(facts).toMatchObject({ problem: 'permission denied' })
    expect(facts).not.toHaveProperty('server')
  })

  it('knows when the client is told of another engine', async () => {
    vi.stubEnv('DOCKER_HOST', 'tcp://10.0.0.1:2375')
    const { run } = withClients({})
    expect(await inspectEngine(run, never)).toMatchObject({ remote: 'tcp://10.0.0.1:2375' })
  })
})

describe('the images of the engine', () => {
  it('are found by tag and by digest, with what they were made of', async () => {
    const lines = ['sha256:1|abc|node:24-slim node:24 ', 'sha256:2||kindest/node@sha256:25a ']
    const { run } = recordingRun(() => ({ exitCode: 1, stdout: lines.join('\n') }))
    const found = await findImages(run, 'docker', ['node:24', 'missing:1'])
    expect(found.get('node:24')).toEqual({ id: 'sha256:1', inputs: 'abc' })
    expect(found.get('kindest/node@sha256:25a')).toEqual({ id: 'sha256:2' })
    expect(found.has('missing:1')).toBe(false)
  })
})

describe('CAP_SYS_RESOURCE', () => {
  const lacking = async (bounding: string) => {
    const status = join(folder, 'status')
    writeFileSync(status, `Name:\tnode\nCapBnd:\t${bounding}\n`)
    return await lacksSysResource(status)
  }

  it('is lacking where the bounding set of this process has it not', async () => {
    expect(await lacking('000001fffeffffff')).toBe(true)
    expect(await lacking('000001ffffffffff')).toBe(false)
  })

  it('is not lacking on a system without capabilities', async () => {
    expect(await lacksSysResource(join(folder, 'missing'))).toBe(false)
  })
})
