import type { KubeEvent, Pod } from './objects.ts'

/** What a pod that is not ready is at, where nothing is wrong with it; undefined where there is nothing to tell. */
export function activityOf({ metadata, status }: Pod, events: readonly KubeEvent[]): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return undefined
  const own = events.filter(({ about }) => about.uid === metadata.uid)
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  for (const { name, state, ready } of all) {
    if (state?.waiting) {
      const last = own.filter(event => event.container === name && PULL.includes(event.reason)).at(-1)
      const image = last?.reason === 'Pulling' ? /image "([^"]+)"/.exec(last.message)?.[1] : undefined
      if (image !== undefined) return `pulls image ${image}`
    }
    const isInit = status.initContainerStatuses?.some(each => each.name === name)
    if (state?.running && !ready) return isInit ? `init container ${name} runs` : `container ${name} runs`
  }
  return undefined
}

const PULL = ['Pulling', 'Pulled', 'Failed']
