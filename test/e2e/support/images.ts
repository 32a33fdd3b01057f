import { docker } from './machine.ts'

const BASE = 'busybox:1.35'

/** Pushes a small image that no other test has pushed, under the name that nodes will ask for it by. */
export async function pushImage(name: string): Promise<void> {
  await docker('image', 'inspect', '--format', '{{.Id}}', BASE).catch(() => docker('pull', '--quiet', BASE))
  await docker('tag', BASE, name)
  await docker('push', '--quiet', name)
  await docker('rmi', '--no-prune', name)
}

export interface Upstream extends AsyncDisposable {
  /** As the machine's registry reaches it. */
  url: string
  /** Gives it an image, under a name without a host. */
  push: (name: string) => Promise<void>
  /** Takes it off the network for good. */
  stop: () => Promise<void>
}

/** A registry that stands for a public one: devk is told of it as of any mirror. */
export async function startUpstream(name: string, image: string): Promise<Upstream> {
  const stop = async () => void (await docker('rm', '--force', '--volumes', name))
  await stop().catch(() => {})
  await docker('run', '--detach', '--name', name, '--publish', '127.0.0.1::5000', image)
  const address = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', name)
  const [published = ''] = (await docker('port', name, '5000/tcp')).split('\n')
  return {
    url: `http://${address}:5000`,
    push: repository => pushImage(`localhost:${published.split(':').at(-1)}/${repository}`),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
