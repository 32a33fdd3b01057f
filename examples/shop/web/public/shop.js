const [form, list, problem] = ['order', 'orders', 'problem'].map(id => document.getElementById(id))

async function ask(path, options) {
  const response = await fetch(path, options)
  const value = await response.json()
  if (!response.ok) throw new Error(value.error)
  return value
}

async function show() {
  try {
    const orders = await ask('/api/orders')
    list.replaceChildren(
      ...orders.map(({ id, item, state }) => {
        const line = document.createElement('li')
        const about = document.createElement('span')
        about.textContent = `no. ${id}, ${state}`
        line.append(`${item} `, about)
        return line
      }),
    )
    problem.textContent = ''
  } catch (error) {
    problem.textContent = error.message
  }
}

form.addEventListener('submit', async event => {
  event.preventDefault()
  await ask('/api/orders', { method: 'POST', body: JSON.stringify({ item: form.item.value }) })
  await show()
})
await show()
setInterval(show, 1000)
