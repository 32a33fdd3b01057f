/** `project FOLDER` is a project's daemon; without arguments one request is served over stdin and stdout. */
const [role, folder] = process.argv.slice(2)

async function serve(): Promise<void> {
  if (role !== 'project' || folder === undefined) return await (await import('./serve-pipe.ts')).servePipe()
  await (await import('./serve-project.ts')).serveProject(folder)
}

// Kept-alive connections to Docker would hold the process for seconds.
serve().then(() => process.exit())
