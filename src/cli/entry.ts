import { main } from './main.ts'

main(process.argv.slice(2), { folder: __dirname }).then(code => {
  process.exitCode = code
})
