/** All of it, `width` at a time, in any order; the answers in the order of the items. The first failure starts no more. */
export async function parallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers = new Array<R>(items.length)
  const queue = items.entries()
  let failed = false
  const worker = async () => {
    for (const [index, item] of queue) {
      if (failed) return
      try {
        answers[index] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, worker))
  // Thrown only when nothing is under way any more: the caller may tell what state was left.
  for (const each of ended) if (each.status === 'rejected') throw each.reason
  return answers
}
