import { docker, eventually } from './machine.ts'

const BASE = 'busybox:1.35'

/** Pushes a small image under the name that nodes will ask for it by. */
export async function pushImage(name: string, content = BASE): Promise<void> {
  await docker('image', 'inspect', '--format', '{{.Id}}', content).catch(() =>
    docker('pull', '--quiet', content),
  )
  await docker('tag', content, name)
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
registry serve "$config" & echo $! > /tmp/pid
wait
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
    // Another content than the other images have: what a node holds already it asks no registry for.
    push: repository => pushImage(`localhost:${published.split(':').at(-1)}/${repository}`, image),
    stop: async () => void (await docker('exec', name, 'sh', '-c', 'read pid < /tmp/pid; kill $pid')),
    [Symbol.asyncDispose]: remove,
  }
}
