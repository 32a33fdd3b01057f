import { servePipe } from './serve-pipe.ts'
import { serveProject } from './serve-project.ts'

/** `project FOLDER` is a project's daemon; without arguments one request is served over stdin and stdout. */
const [role, folder] = process.argv.slice(2)
const serving = role === 'project' && folder !== undefined ? serveProject(folder) : servePipe()
// Kept-alive connections to Docker would hold the process for seconds.
serving.then(() => process.exit())
