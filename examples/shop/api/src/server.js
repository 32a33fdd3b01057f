import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { query, quote } from './postgres.js'
import { redis } from './redis.js'

const routes = {
  'GET /healthz': async () => {
    await query('select 1')
    return { ok: true }
  },
  'GET /orders': async () => {
    const orders = await query('select id, item, placed_at from orders order by id desc limit 20')
    const packed = await redis('HGETALL', 'packed')
    return orders.map(order => ({ ...order, state: packed.includes(order.id) ? 'packed' : 'placed' }))
  },
  'POST /orders': async body => {
    const { item } = JSON.parse(body)
    const [order] = await query(
      `insert into orders (item) values (${quote(String(item))}) returning id, item`,
    )
    await redis('RPUSH', 'orders', order.id)
    return order
  },
}

const server = createServer(async (request, response) => {
  const answer = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
  try {
    const handle = routes[`${request.method} ${request.url}`]
    if (!handle) return answer(404, { error: `no ${request.method} ${request.url}` })
    answer(200, await handle(await text(request)))
  } catch (error) {
    console.error(error)
    answer(503, { error: error.message })
  }
})

server.listen(8080, () => console.log('api listens on 8080'))
process.once('SIGTERM', () => server.close(() => process.exit()))
