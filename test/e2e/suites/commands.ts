import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ProjectStatus } from '../../../src/model/project-status.ts'
import { deployment } from '../support/deployment.ts'
import { devkFile, type Result, succeeded } from '../support/devk.ts'
import { blocks, hashOf } from '../support/large.ts'
import { liveTerminal } from '../support/live-terminal.ts'
import { eventually, kubectl } from '../support/machine.ts'
import type { Place } from './place.ts'

const LARGE = 200_000_000

/** Commands in pods, and shells. */
export function commands({ home, provider, cluster }: Place): void {
  const name = `e2e-exec-${provider}`
  const folder = () => join(home().folder, name)
  let kube: ReturnType<typeof kubectl>

  beforeAll(async () => {
    await mkdir(join(folder(), 'bare'), { recursive: true })
    await writeFile(
      join(folder(), 'bare', 'Dockerfile'),
      'FROM busybox:1.35 AS tools\nFROM scratch\nCOPY --from=tools /bin/busybox /bin/sleep\nENTRYPOINT ["/bin/sleep", "86400"]\n',
    )
    const idle = ['sleep', '86400']
    const app = [
      { name: 'app', image: 'node:24-slim', command: idle },
      { name: 'side', image: 'node:24-slim', command: idle },
    ]
    const many = [{ name: 'many', image: 'busybox:1.35', command: idle }]
    const volumeMounts = [
      { name: 'data', mountPath: '/data' },
      { name: 'data', mountPath: '/part', subPath: 'part' },
    ]
    const bare = [{ name: 'bare', image: 'bare', volumeMounts, securityContext: { runAsUser: 1234 } }]
    await writeFile(join(folder(), 'app.json'), deployment('app', { containers: app }))
    await writeFile(join(folder(), 'many.json'), deployment('many', { containers: many }, { replicas: 2 }))
    await writeFile(
      join(folder(), 'bare.json'),
      deployment('bare', { containers: bare, volumes: [{ name: 'data', emptyDir: {} }] }),
    )
    await writeFile(
      join(folder(), 'devk.yaml'),
      `name: ${name}
cluster: { provider: ${provider}, name: ${cluster} }
services:
  app: { deploy: app.json }
  many: { deploy: many.json }
  bare: { build: bare, deploy: bare.json }
`,
    )
    kube = kubectl(join(home().folder, 'state', 'clusters', cluster, 'kubeconfig'))
  })

  afterAll(async () => {
    await devk('down', '--keep-cluster')
  })

  const devk = (...args: string[]): Promise<Result> => home().start(args, { cwd: folder() }).ended
  const inNamespace = (...args: string[]) => kube(['--namespace', name, ...args])
  const piped = (...args: string[]) =>
    spawn(devkFile, args, { cwd: folder(), env: home().env, stdio: ['pipe', 'pipe', 'pipe'] })
  const fed = async (input: string, ...args: string[]): Promise<Result> => {
    const child = piped(...args)
    child.stdin.end(input)
    const ended = once(child, 'close') as Promise<[number]>
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    return { code, stdout, stderr }
  }
  const running = async (words: string) => {
    const script = 'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline; echo; done 2> /dev/null'
    return succeeded(await devk('exec', 'app', '--', 'sh', '-c', script)).stdout.includes(words)
  }
  const onTerminal = (command: string) =>
    liveTerminal(`${devkFile} ${command}`, { cwd: folder(), env: home().env, rows: 33, columns: 101 })

  const added = () =>
    inNamespace(
      ...['get', 'pods', '--selector', 'app=bare', '--output'],
      'jsonpath={.items[*].status.ephemeralContainerStatuses[*].state}',
    )

  it('can’t be run where nothing was brought up, which is said', async () => {
    expect(await devk('exec', 'app', '--', 'true')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('devk up does that'),
    })
  })

  it('print and end as if they ran here, and are given their words as they were typed', async () => {
    succeeded(await devk('up'))
    const program =
      'console.error("apart"); console.log(JSON.stringify(process.argv.slice(1))); process.exit(3)'
    const words = ['', 'a  b', '--json', '-c', '1.30', '$HOME', 'é"\\']
    expect(await devk('exec', 'app', '--', 'node', '-e', program, '--', ...words)).toEqual({
      code: 3,
      stdout: `${JSON.stringify(words)}\n`,
      stderr: 'apart\n',
    })
  })

  it('run in the container that is named', async () => {
    expect(await fed('in it', 'exec', 'app', '-c', 'side', '--', 'cat')).toMatchObject({
      code: 0,
      stdout: 'in it',
    })
    expect(await devk('exec', 'app', '-c', 'sid', '--', 'true')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no container sid; did you mean side\?(.|\n)*It has app, side\./),
    })
  })

  it('are told where they run only if there was a choice', async () => {
    expect((await devk('exec', 'many', '--', 'true')).stderr).toMatch(
      /^! This runs in pod many-\S+, one of 2; the others: many-\S+\.\n$/,
    )
    expect((await devk('exec', 'app', '--', 'true')).stderr).toBe('')
  })

  it('that can’t be run end as in a shell', async () => {
    expect(await devk('exec', 'app', '--', 'nosuch')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('There is no command nosuch in container app'),
    })
    expect((await devk('exec', 'app', '--', '/etc/passwd')).code).toBe(126)
    expect((await devk('exec', 'ap', '--', 'true')).stderr).toContain('did you mean app?')
    expect((await devk('exec', 'app')).code).toBe(2)
  })

  it('have their stdout for their own with --json: what devk says is on stderr', async () => {
    const { code, stdout, stderr } = await devk('exec', 'app', '--json', '--', 'sh', '-c', 'echo own; nosuch')
    expect([code, stdout]).toEqual([127, 'own\n'])
    expect(JSON.parse(stderr.split('\n')[0] ?? '')).toMatchObject({ container: 'app', others: [] })
    const failed = await devk('exec', 'nosuch', '--json', '--', 'true')
    expect([failed.stdout, JSON.parse(failed.stderr)]).toMatchObject(['', { error: { code: 'USAGE' } }])
  })

  it('find the shell that there is', async () => {
    expect((await fed('echo $0\n', 'shell', 'app')).stdout).toBe('bash\n')
    expect(await fed('echo $0; exit 6\n', 'shell', 'many')).toMatchObject({ code: 6, stdout: 'ash\n' })
  })

  it('find one beside an image that has none, with its processes, files and volumes, once for all', async () => {
    const look =
      'cat /proc/1/cmdline | tr "\\0" " "; ls /proc/1/root/bin; echo from beside > /data/note; exit 5\n'
    const first = await fed(look, 'shell', 'bare')
    expect(first).toMatchObject({ code: 5, stdout: '/bin/sleep 86400 sleep\n' })
    expect(first.stderr).toContain('the files of bare are under /proc/1/root')
    expect(first.stderr).toContain('Only under there: /part.')
    expect((await fed('cat /proc/1/root/data/note\n', 'shell', 'bare')).stdout).toBe('from beside\n')
    expect(await added()).toMatch(/^\{"running":[^ ]*$/)
  })

  it('lose nothing of what is large, there and back', async () => {
    const child = piped('exec', 'app', '--', 'cat')
    Readable.from(blocks(LARGE)).pipe(child.stdin)
    const [hash] = await Promise.all([hashOf(child.stdout), once(child, 'close')])
    expect([child.exitCode, hash]).toEqual([0, await hashOf(blocks(LARGE))])
  })

  it('end although nobody reads what they are given', async () => {
    const child = piped('exec', 'app', '--', 'sh', '-c', 'echo no thanks; exit 4')
    child.stdin.on('error', () => {})
    Readable.from(blocks(LARGE)).pipe(child.stdin)
    const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect([child.exitCode, said]).toEqual([4, 'no thanks\n'])
  })

  it('are sent the signals that devk gets', async () => {
    const sleeping = home().start(['exec', 'app', '--', 'sh', '-c', 'echo up >&2; sleep 4321'], {
      cwd: folder(),
    })
    await sleeping.saw('up')
    process.kill(pidOf(sleeping.child), 'SIGINT')
    expect((await sleeping.ended).code).toBe(130)
    expect(await running('sleep 4321')).toBe(false)
    const trap = 'trap "exit 9" TERM; echo up >&2; while :; do sleep 0.1; done'
    const trapping = home().start(['exec', 'app', '--', 'sh', '-c', trap], { cwd: folder() })
    await trapping.saw('up')
    process.kill(pidOf(trapping.child), 'SIGTERM')
    expect((await trapping.ended).code).toBe(9)
  })

  it('end with a client that is killed, and the daemon holds nothing of them', async () => {
    succeeded(await devk('exec', 'app', '--', 'true'))
    const before = await socketsOf(await daemon())
    const child = piped('exec', 'app', '--', 'sh', '-c', 'echo up; cat; sleep 5432')
    await once(child.stdout, 'data')
    expect(await socketsOf(await daemon())).toBeGreaterThan(before)
    process.kill(pidOf(child), 'SIGKILL')
    await eventually(async () => expect(await running('sleep 5432')).toBe(false))
    await eventually(async () => expect(await socketsOf(await daemon())).toBe(before))
  })

  it('have a terminal, with its size, its keys and their exit code', async () => {
    const terminal = onTerminal('exec app -- bash --norc')
    await terminal.saw('# ')
    terminal.type('stty size\n')
    await terminal.saw('33 101')
    await terminal.resize(40, 120)
    terminal.type('stty size\n')
    await terminal.saw('40 120')
    terminal.type('sleep 6543\n')
    await eventually(async () => expect(await running('sleep 6543')).toBe(true))
    terminal.type('\u0003')
    await terminal.saw('# ')
    terminal.type('exit $(( $? + 1 ))\n')
    expect(await terminal.ended).toBe(131)
  })

  it('leave no shell behind that was added', async () => {
    await eventually(async () => expect(await added()).toContain('"terminated":'))
    expect(await added()).toContain('"exitCode":0')
  })

  it('end with their pod, which is said', async () => {
    const sleeping = home().start(['exec', 'app', '--', 'sh', '-c', 'echo up >&2; sleep 7654'], {
      cwd: folder(),
    })
    await sleeping.saw('up')
    await inNamespace('delete', 'pods', '-l', 'app=app', '--wait=false')
    const { code, stderr } = await sleeping.ended
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/Pod app-\S+ was deleted, and the command in it ended/),
    ])
  })

  async function daemon(): Promise<number> {
    const status = JSON.parse(succeeded(await devk('status', '--json')).stdout) as ProjectStatus
    return status.daemon?.pid ?? 0
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('it was never started')
  return pid
}

async function socketsOf(pid: number): Promise<number> {
  const links = (await readdir(`/proc/${pid}/fd`)).map(each =>
    readlink(`/proc/${pid}/fd/${each}`).catch(() => ''),
  )
  return (await Promise.all(links)).filter(link => link.startsWith('socket:')).length
}
