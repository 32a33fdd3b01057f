import { dirname } from 'node:path'
import { findProject } from '../base/find-project.ts'

/** The project's folder, or outside of one the folder where the user stands. */
export function projectFolder(stood: string): string {
  const project = findProject(stood)
  return project === undefined ? stood : dirname(project)
}
