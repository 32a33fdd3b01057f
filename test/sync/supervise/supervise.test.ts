import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { superviseCommand } from '../../../src/sync/supervise/supervise-script.ts'

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync)
const canUnshare =
  process.getuid?.() === 0 && spawnSync('unshare', ['-pf', '--mount-proc', 'true']).status === 0

/** Begins with its number and the time, so that a test can tell one start from another. */
const LIVES = 'echo "start $$ $(date +%s%N)"; exec sleep 1000'

interface Supervised {
  supervisor: ChildProcess
  out(): string
  err(): string
  starts(): string[]
  ended: Promise<{ code: number | null; signal: string | null }>
}

const folders: string[] = []
const running: Supervised[] = []
afterEach(async () => {
  for (const { supervisor, ended, starts } of running.splice(0)) {
    supervisor.kill('SIGKILL')
    await ended
    for (const pid of starts()) spawnSync('kill', ['-KILL', '--', `-${pid}`])
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'devk-supervise-'))
  folders.push(path)
  return path
}

function supervise(
  argv: string[],
  {
    env = process.env,
    around = [] as string[],
    input = '',
    cwd,
  }: { env?: NodeJS.ProcessEnv; around?: string[]; input?: string; cwd?: string } = {},
): Supervised {
  const [file = '', ...args] = [...around, ...superviseCommand(argv, busybox)]
  const supervisor = spawn(file, args, {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  let [out, err] = ['', '']
  supervisor.stdout?.on('data', chunk => (out += chunk))
  supervisor.stderr?.on('data', chunk => (err += chunk))
  // It may have ended before.
  supervisor.stdin?.on('error', () => {})
  supervisor.stdin?.end(input)
  const ended = new Promise<{ code: number | null; signal: string | null }>(resolve =>
    supervisor.once('exit', (code, signal) => resolve({ code, signal })),
  )
  const supervised: Supervised = {
    supervisor,
    out: () => out,
    err: () => err,
    starts: () => [...out.matchAll(/^start (\d+)/gm)].map(([, pid = '']) => pid),
    ended,
  }
  running.push(supervised)
  return supervised
}

async function until(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 10_000, interval: 10 })
}

async function started({ starts }: Supervised, times = 1): Promise<void> {
  await until(() => expect(starts().length).toBeGreaterThanOrEqual(times))
}

function isAlive(pid: string | undefined): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe.runIf(busybox)('a supervised process', { timeout: 30_000 }, () => {
  it.each([0, 1, 7, 127, 143])('ends the container with its code %i', async code => {
    expect(await supervise(['sh', '-c', `exit ${code}`]).ended).toEqual({ code, signal: null })
  })

  it('ends the container with 128 and the number of the signal that ended it', async () => {
    const { ended, err } = supervise(['sh', '-c', 'kill -KILL $$'])
    expect((await ended).code).toBe(137)
    expect(err()).toBe('')
  })

  it('gets the arguments, the environment, the folder, the umask, the signals and the stdin of the container', async () => {
    const cwd = folder()
    const env = {
      PATH: process.env['PATH'],
      'my.var-1': "it's\n=1",
      A: 'b c',
      child: 'own',
      code: 'own',
      DEVK_GRACE: '3',
    }
    const seen = `printf '%s|' "$@"; env -0 | sort -z | tr '\\0' '|'; pwd; umask; grep -E 'Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd; cat`
    const own = spawnSync('bash', ['-c', seen, 'bash', 'a b', "c'", ''], {
      cwd,
      env,
      input: 'text',
      encoding: 'utf8',
    }).stdout
    const { ended, out } = supervise(['bash', '-c', seen, 'bash', 'a b', "c'", ''], {
      cwd,
      env,
      input: 'text',
    })
    await ended
    const { DEVK_GRACE: _, ...without } = env
    expect(out().replace(/[^|]*bash\|/, '')).toBe(own.replace('DEVK_GRACE=3|', '').replace(/[^|]*bash\|/, ''))
    expect(Object.keys(without).every(name => out().includes(`${name}=`))).toBe(true)
  })

  it('gives the environment no counting of shells that was not there, and leaves the count that was', async () => {
    for (const SHLVL of [undefined, '1', '4']) {
      const { ended, out } = supervise(['env'], {
        env: { PATH: process.env['PATH'], ...(SHLVL && { SHLVL }) },
      })
      await ended
      expect(out().match(/SHLVL=\d+/)?.[0]).toBe(SHLVL && `SHLVL=${SHLVL}`)
    }
  })

  it('is told that its program is not there', async () => {
    const { ended, err } = supervise(['no-such-program'])
    expect((await ended).code).toBe(127)
    expect(err()).toContain('no-such-program: not found')
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1'] as const)(
    'gets %s, and ends by it',
    async signal => {
      const supervised = supervise(['sh', '-c', LIVES])
      await started(supervised)
      supervised.supervisor.kill(signal)
      const numbers = { SIGTERM: 15, SIGINT: 2, SIGQUIT: 3, SIGHUP: 1, SIGUSR1: 10 }
      expect((await supervised.ended).code).toBe(128 + numbers[signal])
    },
  )

  it('goes on after signals that it handles, and has time to end by itself', async () => {
    const script = `trap 'echo heard' HUP USR1 WINCH; trap 'sleep 0.2; echo bye; exit 5' TERM; echo "start $$"; while :; do sleep 0.05; done`
    const supervised = supervise(['sh', '-c', script])
    await started(supervised)
    for (const [count, signal] of (['SIGHUP', 'SIGUSR1', 'SIGWINCH'] as const).entries()) {
      supervised.supervisor.kill(signal)
      await until(() => expect(supervised.out().match(/heard/g)).toHaveLength(count + 1))
    }
    supervised.supervisor.kill('SIGTERM')
    expect((await supervised.ended).code).toBe(5)
    expect(supervised.out()).toContain('bye')
  })

  it('is started again at USR2, with what it has started ended', async () => {
    const script = `sleep 1000 & echo "grandchild $!"; ${LIVES.replace('exec ', '')}`
    const supervised = supervise(['sh', '-c', script])
    await started(supervised)
    supervised.supervisor.kill('SIGUSR2')
    await started(supervised, 2)
    await until(() => expect(supervised.err()).toBe('devk: restarted (change 1)\n'))
    const [first, second] = supervised.starts()
    const [, grandchild] = /grandchild (\d+)/.exec(supervised.out()) ?? []
    expect([first, grandchild].map(isAlive)).toEqual([false, false])
    expect(isAlive(second)).toBe(true)
    supervised.supervisor.kill('SIGTERM')
    expect((await supervised.ended).code).toBe(143)
  })

  it('is waited for with all of its group, and killed once its time is over', async () => {
    const stubborn = `sh -c 'trap "" TERM; echo "stubborn $$"; while :; do sleep 0.1; done' & sleep 0.2; ${LIVES}`
    const supervised = supervise(['sh', '-c', stubborn], { env: { ...process.env, DEVK_GRACE: '1' } })
    await started(supervised)
    const [, pid] = /stubborn (\d+)/.exec(supervised.out()) ?? []
    expect(isAlive(pid)).toBe(true)
    supervised.supervisor.kill('SIGUSR2')
    await started(supervised, 2)
    expect(isAlive(pid)).toBe(false)
  })

  it('has been started after the last of many signals, and not for each', async () => {
    const supervised = supervise(['sh', '-c', LIVES])
    await started(supervised)
    for (let round = 0; round < 5; round++) {
      let last = 0n
      for (let count = 0; count < 50; count++) {
        supervised.supervisor.kill('SIGUSR2')
        last = BigInt(Date.now()) * 1_000_000n
        if (count % 7 === round) await sleep(count % 5)
      }
      await until(() => {
        const [, time = '0'] = [...supervised.out().matchAll(/^start \d+ (\d+)$/gm)].at(-1) ?? []
        expect(BigInt(time)).toBeGreaterThanOrEqual(last)
      })
    }
    expect(supervised.starts().length).toBeLessThan(200)
    await until(() => expect(supervised.starts().filter(isAlive)).toHaveLength(1))
    supervised.supervisor.kill('SIGTERM')
    expect((await supervised.ended).code).toBe(143)
  })

  it('ends for good at a TERM, whatever moment of a restart it comes at', async () => {
    for (let ms = 0; ms < 20; ms++) {
      const supervised = supervise(['sh', '-c', LIVES])
      await started(supervised)
      supervised.supervisor.kill('SIGUSR2')
      await sleep(ms)
      supervised.supervisor.kill('SIGTERM')
      expect((await supervised.ended).code).toBe(143)
      expect(supervised.starts().some(isAlive)).toBe(false)
    }
  })

  it('that fails after a restart is started again after a while, or at once at the next change', async () => {
    const fails = join(folder(), 'fails')
    const supervised = supervise([
      'sh',
      '-c',
      `echo "start $$"; [ ! -e '${fails}' ] || exit 3; exec sleep 1000`,
    ])
    await started(supervised)
    writeFileSync(fails, '')
    supervised.supervisor.kill('SIGUSR2')
    const message = (seconds: number) =>
      `devk: the process ended with code 3; it is started again in ${seconds} s, or at the next change\n`
    await until(() => expect(supervised.err()).toBe(`devk: restarted (change 1)\n${message(1)}${message(2)}`))
    expect(supervised.starts()).toHaveLength(3)
    rmSync(fails)
    supervised.supervisor.kill('SIGUSR2')
    await started(supervised, 4)
    await until(() => expect(supervised.err()).toContain('devk: restarted (change 2)\n'))
    expect(supervised.starts()).toHaveLength(4)
    supervised.supervisor.kill('SIGTERM')
    expect((await supervised.ended).code).toBe(143)
  })

  it('that fails is ended for good while it waits to be started again', async () => {
    const supervised = supervise(['sh', '-c', `echo "start $$"; [ -e /proc/$PPID ] && sleep 0.3; exit 3`])
    await started(supervised)
    supervised.supervisor.kill('SIGUSR2')
    await until(() => expect(supervised.err()).toContain('started again in 1 s'))
    supervised.supervisor.kill('SIGTERM')
    expect((await supervised.ended).code).toBe(143)
  })

  it('ends the container where it ends well after a restart', async () => {
    const supervised = supervise([
      'sh',
      '-c',
      `echo "start $$"; trap 'exit 0' USR1; while :; do sleep 0.02; done`,
    ])
    await started(supervised)
    supervised.supervisor.kill('SIGUSR2')
    await started(supervised, 2)
    await until(() => expect(supervised.err()).toContain('restarted'))
    supervised.supervisor.kill('SIGUSR1')
    expect((await supervised.ended).code).toBe(0)
  })

  it.runIf(canUnshare)('has its orphans reaped, where the supervisor is the first process', async () => {
    const script = `(sleep 0.1 & exec true) ; for n in 1 2 3; do sh -c 'sleep 0.1 &' ; done; echo "start $$"; sleep 0.5; grep -l '^State:.Z' /proc/[0-9]*/status; echo looked; exec sleep 1000`
    const supervised = supervise(['sh', '-c', script], {
      around: ['unshare', '-pf', '--kill-child', '--mount-proc'],
    })
    await until(() => expect(supervised.out()).toContain('looked'))
    expect(supervised.out()).not.toContain('/proc/')
    const first = execFileSync('ps', ['-o', 'pid=', '--ppid', String(supervised.supervisor.pid)], {
      encoding: 'utf8',
    }).trim()
    process.kill(Number(first), 'SIGUSR2')
    await started(supervised, 2)
    await until(() => expect(supervised.out().match(/looked/g)).toHaveLength(2))
    expect(supervised.out()).not.toContain('/proc/')
    process.kill(Number(first), 'SIGTERM')
    expect((await supervised.ended).code).toBe(143)
  })
})
