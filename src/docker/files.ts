import { buffer } from 'node:stream/consumers'
import type Docker from 'dockerode'
import { extract, pack } from 'tar-stream'
import { isStatus } from './explain.ts'

/** Writes files into a container, running or not, without a shell in it. Paths are absolute. */
export async function putFiles(
  container: Docker.Container,
  files: ReadonlyMap<string, string>,
  signal?: AbortSignal,
): Promise<void> {
  const archive = pack()
  for (const [path, content] of files) archive.entry({ name: path.slice(1), mode: 0o644 }, content)
  archive.finalize()
  await container.putArchive(await buffer(archive), { path: '/', ...(signal && { abortSignal: signal }) })
}

/** A file out of a container, running or not; undefined where there is none. */
export async function readContainerFile(
  container: Docker.Container,
  path: string,
): Promise<string | undefined> {
  let stream: NodeJS.ReadableStream
  try {
    stream = await container.getArchive({ path })
  } catch (error) {
    if (isStatus(error, 404)) return undefined
    throw error
  }
  for await (const entry of stream.pipe(extract())) return (await buffer(entry)).toString('utf8')
  return undefined
}
