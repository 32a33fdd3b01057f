import { createReadStream } from 'node:fs'
import { createServer, request } from 'node:http'

const files = { '/': ['index.html', 'text/html'], '/shop.js': ['shop.js', 'text/javascript'] }

const server = createServer((asked, answer) => {
  if (asked.url === '/healthz') return answer.end('ok')
  if (asked.url.startsWith('/api/')) return forward(asked, answer)
  const [file, type] = files[asked.url] ?? []
  if (!file) return answer.writeHead(404).end()
  answer.writeHead(200, { 'content-type': `${type}; charset=utf-8` })
  createReadStream(new URL(`public/${file}`, import.meta.url)).pipe(answer)
})

function forward(asked, answer) {
  const { method, headers } = asked
  const onward = request({ host: 'api', path: asked.url.slice('/api'.length), method, headers }, response => {
    answer.writeHead(response.statusCode, response.headers)
    response.pipe(answer)
  })
  onward.on('error', error => answer.writeHead(502).end(JSON.stringify({ error: error.message })))
  asked.pipe(onward)
}

server.listen(8080, () => console.log('web listens on 8080'))
process.once('SIGTERM', () => server.close(() => process.exit()))
