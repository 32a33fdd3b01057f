import { run } from '../src/exec/run.ts'

/** A container's, as this machine reaches it. */
export async function addressOf(container: string, signal: AbortSignal): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
  const { stdout } = await run(
    { file: 'docker', args: ['inspect', '--format', format, container] },
    { signal },
  )
  return stdout.trim()
}
