import { once } from 'node:events'
import { connect } from 'node:net'

// Postgres' own protocol, as much of it as this example needs: one query a connection, a password in clear, text results.
// A real service takes a client from npm.

export async function query(sql) {
  const socket = connect(5432, process.env.POSTGRES_HOST ?? 'postgres')
  await once(socket, 'connect')
  const parameters = Buffer.from('user\0shop\0database\0shop\0\0')
  socket.write(Buffer.concat([int32(parameters.length + 8), int32(196608), parameters]))
  socket.write(message('p', Buffer.from(`${process.env.POSTGRES_PASSWORD}\0`)))
  socket.write(message('Q', Buffer.from(`${sql}\0`)))
  const rows = []
  let columns = []
  let buffered = Buffer.alloc(0)
  for await (const chunk of socket) {
    buffered = Buffer.concat([buffered, chunk])
    while (buffered.length >= 5 && buffered.length > buffered.readInt32BE(1)) {
      const type = String.fromCharCode(buffered[0])
      const body = buffered.subarray(5, buffered.readInt32BE(1) + 1)
      buffered = buffered.subarray(buffered.readInt32BE(1) + 1)
      if (type === 'T') columns = names(body)
      if (type === 'D')
        rows.push(Object.fromEntries(values(body).map((value, index) => [columns[index], value])))
      if (type === 'E')
        throw new Error(
          body
            .toString()
            .split('\0')
            .find(field => field[0] === 'M')
            ?.slice(1),
        )
      if (type === 'C') {
        socket.end(message('X', Buffer.alloc(0)))
        return rows
      }
    }
  }
  throw new Error('Postgres closed the connection')
}

export function quote(text) {
  return `'${text.replaceAll("'", "''")}'`
}

function message(type, body) {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

function int32(number) {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(number)
  return buffer
}

function names(body) {
  const found = []
  let at = 2
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const end = body.indexOf(0, at)
    found.push(body.toString('utf8', at, end))
    at = end + 19
  }
  return found
}

function values(body) {
  const found = []
  let at = 2
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at)
    found.push(length < 0 ? null : body.toString('utf8', at + 4, at + 4 + length))
    at += 4 + Math.max(length, 0)
  }
  return found
}
