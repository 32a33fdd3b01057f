import type { Build } from '../build.ts'
import * as base from './base-images.ts'
import * as cluster from './cluster-images.ts'
import * as go from './go.ts'
import { kindNode, nodeBase } from './kind-node.ts'
import * as roots from './roots.ts'

/** Every build, what it needs before it. Where several could start the first goes first. */
export const catalogue: readonly Build[] = [
  go.kubernetes,
  roots.nodeRoot,
  go.kind,
  roots.podRoot,
  roots.registryRoot,
  nodeBase,
  go.coredns,
  go.etcd,
  cluster.registry,
  kindNode,
  roots.debianRoot,
  roots.busyboxRoot,
  base.debian,
  base.busybox,
  base.nginx,
  base.node,
  base.python,
  base.postgres,
  base.redis,
  go.k3d,
  cluster.k3s,
  cluster.k3dTools,
  cluster.k3dProxy,
  go.sops,
  go.helm,
]

const forCluster = [kindNode, cluster.registry]
const forStart = [...forCluster, base.node, base.python, base.postgres, base.redis]
const forTest = [
  ...forStart,
  ...[cluster.k3s, cluster.k3dTools, cluster.k3dProxy, base.debian, base.busybox, base.nginx],
]

/** The images that each goal of set-up takes. */
export const imagesFor: Readonly<Record<'cluster' | 'start' | 'test', readonly string[]>> = {
  cluster: forCluster.map(({ id }) => id),
  start: forStart.map(({ id }) => id),
  test: forTest.map(({ id }) => id),
}
