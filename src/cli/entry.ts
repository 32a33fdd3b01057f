import { main } from './main.ts'
import { nodeFault } from './node-version.ts'
import { writeNow } from './write-now.ts'

const fault = nodeFault(process.versions.node)
if (fault === undefined) {
  main(process.argv.slice(2), { folder: __dirname }).then(code => {
    process.exitCode = code
  })
} else {
  writeNow('stderr', `${fault}\n`)
  process.exitCode = 1
}
