import { servePipe } from './serve-pipe.ts'
import { serveProject } from './serve-project.ts'

/** `project FOLDER` is a project's daemon; without arguments one request is served over stdin and stdout. */
const [role, folder] = process.argv.slice(2)
if (role === 'project' && folder !== undefined) await serveProject(folder)
else await servePipe()
// Kept-alive connections to Docker would hold the process for seconds.
process.exit()
