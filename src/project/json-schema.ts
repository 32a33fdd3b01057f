import { z } from 'zod'
import { projectSchema } from './schema.ts'

/** What editors check and complete devk.yaml by. */
export function projectJsonSchema(): Record<string, unknown> {
  return { title: 'devk.yaml', ...z.toJSONSchema(projectSchema, { io: 'input' }) }
}
