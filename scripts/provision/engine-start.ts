import { spawn } from 'node:child_process'
import { access, copyFile, mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DevkError, errorCode } from '../../src/base/errors.ts'
import { paths } from '../../src/base/paths.ts'
import { poll, sleep } from '../../src/base/time.ts'
import { writeFileAtomic } from '../../src/base/write-file.ts'
import { endProcess, identify, isAlive, type ProcessIdentity } from '../../src/exec/process-identity.ts'
import type { Run } from '../../src/exec/run.ts'
import { mergeDaemonConfig, RUNTIME_PATH } from './daemon-config.ts'
import { type EngineFacts, inspectEngine, runsNothing } from './engine.ts'
import type { StepContext } from './steps.ts'

const CONFIG = '/etc/docker/daemon.json'
const SERVICE_PATIENCE_MS = 20_000
const PATIENCE_MS = 60_000

/** Starts the engine by whatever manages services here, else as a process of its own, and waits until it answers. */
export async function startEngine(run: Run, context: StepContext): Promise<EngineFacts> {
  const service = await serviceCommand()
  if (service) {
    context.say(service.join(' '))
    const [file = '', ...args] = service
    const started = await run({ file, args }, { signal: context.signal }).catch(error => {
      context.signal.throwIfAborted()
      return error
    })
    const facts =
      started instanceof Error ? undefined : await answering(run, SERVICE_PATIENCE_MS, context.signal)
    if (facts) return facts
  }
  context.say('dockerd')
  const log = await startDetached(await dockerdPath(run, context.signal))
  const facts = await answering(run, PATIENCE_MS, context.signal)
  if (facts) return facts
  throw new DevkError({
    code: 'ENGINE_NOT_STARTED',
    message: `The Docker engine was started and does not answer after ${PATIENCE_MS / 1000} s.`,
    hint: `Its log is ${log}; run scripts/setup again when its cause is gone.`,
    detail: await lastLines(log),
  })
}

/** For a machine without CAP_SYS_RESOURCE. An engine that runs keeps running unless set-up started it and it is idle. */
export async function configureEngine(run: Run, engine: EngineFacts, context: StepContext): Promise<void> {
  await mkdir('/usr/local/bin', { recursive: true })
  await copyFile(join(import.meta.dirname, 'host/devk-runc'), RUNTIME_PATH)
  const { config, changed } = mergeDaemonConfig(await readConfig())
  if (changed) await writeFileAtomic(CONFIG, `${JSON.stringify(config, undefined, 2)}\n`, 0o644)
  context.say(changed ? `merged the runtime into ${CONFIG}` : `${CONFIG} names the runtime`)
  if (!engine.server || !engine.docker) return
  const own = await ownDockerd()
  if (own && (await runsNothing(run, engine.docker, context.signal))) {
    await stop(own, context.signal)
    return
  }
  throw new DevkError({
    code: 'ENGINE_NEEDS_RESTART',
    message: `The running Docker engine starts no privileged containers: this machine lacks CAP_SYS_RESOURCE, and it was started before ${CONFIG} named a runtime that does without.`,
    hint: 'Restart the engine when nothing that matters runs in it (for instance: service docker restart), then run scripts/setup again.',
  })
}

async function serviceCommand(): Promise<readonly string[] | undefined> {
  if (await exists('/run/systemd/system')) return ['systemctl', 'start', 'docker']
  return (await exists('/etc/init.d/docker')) ? ['service', 'docker', 'start'] : undefined
}

async function answering(run: Run, withinMs: number, signal: AbortSignal): Promise<EngineFacts | undefined> {
  const deadline = Date.now() + withinMs
  const answer = await poll(
    async () => {
      const facts = await inspectEngine(run, signal)
      if (facts.server) return facts
      return Date.now() > deadline ? ('late' as const) : undefined
    },
    { every: 300, signal },
  )
  return answer === 'late' ? undefined : answer
}

async function dockerdPath(run: Run, signal: AbortSignal): Promise<string> {
  const { dockerd } = await inspectEngine(run, signal)
  if (dockerd) return dockerd
  throw new DevkError({
    code: 'ENGINE_MISSING',
    message: 'dockerd is not installed.',
    hint: 'Install the Docker engine, then run scripts/setup again.',
  })
}

/** Not through the runner: that one sees to it that nothing outlives it, and the engine must. */
async function startDetached(dockerd: string): Promise<string> {
  const log = join(paths().state, 'dockerd.log')
  await mkdir(paths().state, { recursive: true })
  await using output = await open(log, 'a')
  const child = spawn(dockerd, [], { detached: true, stdio: ['ignore', output.fd, output.fd] })
  const failure = new Promise<never>((_, reject) => child.once('error', reject))
  failure.catch(() => {})
  await Promise.race([new Promise(resolve => child.once('spawn', resolve)), failure])
  child.unref()
  const self = await identify(child.pid ?? 0)
  if (self) await writeFileAtomic(ownDockerdFile(), JSON.stringify(self))
  return log
}

const ownDockerdFile = (): string => join(paths().state, 'dockerd.json')

/** The engine that set-up started as a process of its own, if it is still that one. */
async function ownDockerd(): Promise<ProcessIdentity | undefined> {
  try {
    const own: ProcessIdentity = JSON.parse(await readFile(ownDockerdFile(), 'utf8'))
    return (await isAlive(own)) ? own : undefined
  } catch {
    return undefined
  }
}

async function stop(own: ProcessIdentity, signal: AbortSignal): Promise<void> {
  process.kill(own.pid, 'SIGTERM')
  for (let waited = 0; waited < 100 && (await isAlive(own)); waited += 1) await sleep(200, signal)
  await endProcess(own)
}

async function readConfig(): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(CONFIG, 'utf8'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {}
    throw new DevkError({
      code: 'ENGINE_CONFIG_UNREADABLE',
      message: `${CONFIG} is not JSON, so nothing was merged into it.`,
      hint: 'Correct or remove the file, then run scripts/setup again.',
      cause: error,
    })
  }
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').slice(-20).join('\n')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
