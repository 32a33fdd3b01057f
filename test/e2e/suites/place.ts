import type { Home } from '../support/devk.ts'

/** Where a suite brings up its project: the cluster is made by the first one, and stays for the next. */
export interface Place {
  home: () => Home
  provider: 'kind' | 'k3d'
  cluster: string
}
