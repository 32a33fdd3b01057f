import { projectJsonSchema } from '../../project/json-schema.ts'
import { askedProject } from '../asked-project.ts'
import type { Operation } from './operation.ts'

export const config: Operation<'config'> = ({ profiles }, context) => askedProject(profiles, context)

export const configSchema: Operation<'config.schema'> = async () => projectJsonSchema()
