import { docker, eventually } from './machine.ts'

const BASE = 'busybox:1.35'

/** Pushes a small image that no other test has pushed, under the name that nodes will ask for it by. */
export async function pushImage(name: string): Promise<void> {
  await docker('image', 'inspect', '--format', '{{.Id}}', BASE).catch(() => docker('pull', '--quiet', BASE))
  await docker('tag', BASE, name)
  // A registry that was just started may not listen yet.
  await eventually(() => docker('push', '--quiet', name), 20_000)
  await docker('rmi', '--no-prune', name)
}

export interface Upstream extends AsyncDisposable {
  /** As the machine's registry reaches it. */
  url: string
  /** Gives it an image, under a name without a host. */
  push: (name: string) => Promise<void>
  /** It refuses connections from now on; its address stays its own. */
  stop: () => Promise<void>
}

const SERVE = `
for config in /etc/distribution/config.yml /etc/docker/registry/config.yml; do [ -f "$config" ] && break; done
registry serve "$config"
sleep 86400`

/** A registry that stands for a public one: devk is told of it as of any mirror. */
export async function startUpstream(name: string, image: string): Promise<Upstream> {
  const remove = async () => void (await docker('rm', '--force', '--volumes', name))
  await remove().catch(() => {})
  const run = ['run', '--detach', '--name', name, '--publish', '127.0.0.1::5000']
  await docker(...run, '--entrypoint', '/bin/sh', image, '-c', SERVE)
  const address = await docker(
    'inspect',
    '--format',
    '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
    name,
  )
  const [published = ''] = (await docker('port', name, '5000/tcp')).split('\n')
  return {
    url: `http://${address}:5000`,
    push: repository => pushImage(`localhost:${published.split(':').at(-1)}/${repository}`),
    stop: async () => void (await docker('exec', name, 'pkill', 'registry')),
    [Symbol.asyncDispose]: remove,
  }
}
