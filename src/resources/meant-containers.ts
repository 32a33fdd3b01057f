import { defaultContainerIn } from '../kube/exec/choose-pod.ts'

interface InPod {
  containers: readonly { name?: string; image?: string }[]
  annotations: Readonly<Record<string, string>> | undefined
  /** Whether an image is what the service builds. */
  isBuilt: (image: string) => boolean
}

/**
 * Which of a pod's containers each rule is about: the one that it names; or else those that run what the service builds, or
 * where there are none the pod's default one. Containers that no rule is about are left out.
 */
export function meantContainers<Rule extends { container?: string | undefined }>(
  rules: readonly Rule[],
  { containers, annotations, isBuilt }: InPod,
): Map<string, Rule[]> {
  const names = containers.map(({ name = '' }) => name)
  const own = containers.flatMap(({ name = '', image = '' }) => (isBuilt(image) ? [name] : []))
  const meant = own.length > 0 ? own : [defaultContainerIn(names, annotations)]
  const byName = names.map(name => {
    const about = rules.filter(({ container }) =>
      container === undefined ? meant.includes(name) : container === name,
    )
    return [name, about] as const
  })
  return new Map(byName.filter(([, about]) => about.length > 0))
}
