import { run } from '../../../src/exec/run.ts'

/** Runs a command on a terminal of its own, as a person would who types the input; answers what was to be seen. */
export async function onTerminal(
  command: string,
  input: string,
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<string> {
  const script = { file: 'script', args: ['--quiet', '--return', '--command', command, '/dev/null'] }
  const { stdout } = await run({ ...script, cwd, env, input }, { accept: [1] })
  return stdout
}
