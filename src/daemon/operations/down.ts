import { withSession } from '../asked-project.ts'
import { takeDown, volumesOf } from '../session/take-down.ts'
import type { Operation } from './operation.ts'

/** The daemon has ended by now: the thin side asked it to. Where there is no project there is nothing to do. */
export const down: Operation<'down'> = async (input, context) =>
  (await withSession(context, session => takeDown(session, input, context))) ?? {
    name: undefined,
    removed: [],
  }

export const downVolumes: Operation<'down.volumes'> = async (_, context) => ({
  volumes: (await withSession(context, session => volumesOf(session, context))) ?? [],
})
