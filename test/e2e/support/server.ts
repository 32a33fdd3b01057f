/**
 * A server for tests of connections, as a Deployment: `/` answers with its pod's name, `/bytes/N` with N bytes, `/print/N`
 * once it has printed N lines of 100 bytes, a POST with how many it was sent and their hash, `/crash` ends it by a failure
 * once it has answered. It finishes what it has begun before it goes. At 8081 it says again all that it is told, once it
 * was told all of it; at 8082, on the pod's own loopback alone, at once; at 8083 by HTTP/2, with trailers that say what a
 * gRPC server's do.
 */
export function serverManifest(name: string, { replicas = 1 } = {}): string {
  const labels = { app: name }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 5,
          containers: [
            {
              name,
              image: 'node:24-slim',
              command: ['node', '-e', program],
              ports: [{ name: 'web', containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  }
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
  }
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [deployment, service] })
}

const program = `
const { createServer } = require('node:http')
const { createServer: listen } = require('node:net')
const { createHash } = require('node:crypto')
const { Readable } = require('node:stream')
const { hostname } = require('node:os')
const block = Buffer.alloc(1 << 16, 'devk')
function* bytes(left) { for (; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length)) }
const server = createServer(async (asked, answer) => {
  if (asked.method === 'POST') {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of asked) { hash.update(chunk); size += chunk.length }
    return answer.end(size + ' ' + hash.digest('hex'))
  }
  const [, what, count] = asked.url.split(/[/?]/)
  if (what === 'bytes') return Readable.from(bytes(Number(count))).pipe(answer)
  if (what === 'print') await print(Number(count), asked.url)
  if (what === 'crash') answer.on('finish', () => setTimeout(() => process.exit(1), 50))
  answer.end(hostname())
})
const print = async (lines, url) => {
  const { searchParams } = new URL(url, 'http://server')
  const nonce = searchParams.get('nonce')
  const perSecond = Number(searchParams.get('rate')) || Infinity
  const began = Date.now()
  for (let line = 1; line <= lines; ) {
    const due = Math.min(lines, line + 999, Math.floor((Date.now() - began + 10) * perSecond / 1000))
    let some = ''
    for (; line <= due; line++) some += ('line ' + line + ' of ' + nonce + ' ').padEnd(99, 'x') + '\\n'
    await new Promise(resolve => process.stdout.write(some, resolve))
    if (perSecond < Infinity) await new Promise(resolve => setTimeout(resolve, 10))
  }
}
server.on('upgrade', (asked, socket) => {
  const accept = createHash('sha1').update(asked.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept.digest('base64') + '\\r\\n\\r\\n')
  socket.on('error', () => {})
  socket.on('data', frame => {
    const length = frame[1] & 127
    const mask = frame.subarray(2, 6)
    const text = frame.subarray(6, 6 + length).map((byte, index) => byte ^ mask[index % 4])
    socket.write(Buffer.concat([Buffer.from([frame[0], length]), text]))
  })
})
server.listen(8080)
const repeat = socket => {
  const said = []
  socket.on('data', chunk => said.push(chunk)).on('end', () => socket.end(Buffer.concat(said))).on('error', () => {})
}
listen({ allowHalfOpen: true }, repeat).listen(8081)
listen(socket => socket.on('error', () => {}).pipe(socket)).listen(8082, '127.0.0.1')
require('node:http2').createServer().on('stream', stream => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' })).on('error', () => {}).pipe(stream)
}).listen(8083)
process.once('SIGTERM', () => { server.close(() => process.exit()); server.closeIdleConnections() })
`
