import { once } from 'node:events'
import { connect } from 'node:net'

// Redis' own protocol, as much of it as this example needs. A real service takes a client from npm.

export async function redis(...command) {
  const socket = connect(6379, process.env.REDIS_HOST ?? 'redis')
  await once(socket, 'connect')
  const parts = command.map(part => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
  socket.end(`*${parts.length}\r\n${parts.join('')}`)
  const chunks = []
  for await (const chunk of socket) chunks.push(chunk)
  const answer = Buffer.concat(chunks).toString()
  if (answer.startsWith('-')) throw new Error(answer.slice(1).trim())
  if (!answer.startsWith('*')) return answer.slice(1).trim()
  return answer.split('\r\n').filter((_, index) => index > 0 && index % 2 === 0)
}
