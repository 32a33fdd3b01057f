import { watchFiles } from '../src/watch/watch-files.ts'

const [path = '.'] = process.argv.slice(2)
console.log('begun')
// A process of its own each time: nothing is warm, and nothing is remembered.
await using _watched = await watchFiles([{ path, leavesOut: () => false }], {
  onChanges() {},
  signal: new AbortController().signal,
})
process.exit()
