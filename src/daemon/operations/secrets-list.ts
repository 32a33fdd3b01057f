import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { toDevkError } from '../../base/errors.ts'
import type { ListedSecret, SecretSpec } from '../../model/secrets.ts'
import { formatOf } from '../../secrets/document.ts'
import { entryNames } from '../../secrets/entries.ts'
import { parseSops } from '../../secrets/metadata.ts'
import { askedProject } from '../asked-project.ts'
import type { Operation } from './operation.ts'

/** Which Secrets there are, and what is in them: names stand in the encrypted files as they are. */
export const secretsList: Operation<'secrets.list'> = async ({ profiles }, context) => {
  const { folder, secrets } = await askedProject(profiles, context)
  return { secrets: await Promise.all(secrets.map(spec => listed(spec, folder))) }
}

async function listed(spec: SecretSpec, folder: string): Promise<ListedSecret> {
  const file = relative(folder, spec.file)
  const { name, type, namespaces } = spec
  const told = { name, file, type, namespaces }
  try {
    const format = formatOf(spec.file)
    const { parts } = parseSops(await readFile(spec.file), format, file)
    return { ...told, keys: entryNames({ format, parts }, { ...spec, file }) }
  } catch (error) {
    return { ...told, keys: [], fault: toDevkError(error).toJSON() }
  }
}
