import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DevkError, errorCode } from '../../base/errors.ts'
import type { BuildSpec } from '../../model/project.ts'
import { targetIndex } from './base-images.ts'
import { type Dockerfile, parseDockerfile } from './dockerfile.ts'

/**
 * The Dockerfile, where an image can be built from it at all.
 * Throws CONTEXT_MISSING, DOCKERFILE_MISSING, DOCKERFILE_EMPTY or TARGET_MISSING.
 */
export async function readDockerfile(spec: BuildSpec): Promise<{ text: string; parsed: Dockerfile }> {
  const { context, dockerfile, target } = spec
  if (!(await isFolder(context))) {
    throw new DevkError({
      code: 'CONTEXT_MISSING',
      message: `The build context ${context} is no folder. Nothing was built.`,
      hint: 'Correct context under build in devk.yaml: it is relative to that file.',
    })
  }
  const text = await readText(dockerfile)
  const parsed = parseDockerfile(text)
  if (parsed.stages.length === 0) {
    throw new DevkError({
      code: 'DOCKERFILE_EMPTY',
      message: `${dockerfile} has no FROM, so there is nothing to build. Nothing was built.`,
      hint: 'A Dockerfile begins with FROM and the image to start from.',
    })
  }
  if (targetIndex(parsed, target) === undefined) {
    const names = parsed.stages.flatMap(({ name }) => name ?? [])
    throw new DevkError({
      code: 'TARGET_MISSING',
      message: `${dockerfile} has no stage ${target}${names.length > 0 ? `, but ${names.join(', ')}` : ''}. Nothing was built.`,
      hint: 'Correct target under build in devk.yaml, or name a stage so: FROM image AS name.',
    })
  }
  return { text, parsed }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (!['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(cause) ?? '')) throw cause
    throw new DevkError({
      code: 'DOCKERFILE_MISSING',
      message: `There is no Dockerfile at ${file}. Nothing was built.`,
      hint: `Write one in ${dirname(file)}, or name it by dockerfile under build in devk.yaml.`,
      cause,
    })
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return false
    throw error
  }
}
