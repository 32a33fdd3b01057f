import type { Command } from '../command.ts'
import { clusterCreate } from './cluster-create.ts'
import { clusterDelete } from './cluster-delete.ts'
import { clusterKubeconfig } from './cluster-kubeconfig.ts'
import { clusterList } from './cluster-list.ts'
import { clusterStart } from './cluster-start.ts'
import { clusterStatus } from './cluster-status.ts'
import { clusterStop } from './cluster-stop.ts'
import { doctor } from './doctor.ts'

export const commands: readonly Command[] = [
  clusterCreate,
  clusterStatus,
  clusterStop,
  clusterStart,
  clusterDelete,
  clusterList,
  clusterKubeconfig,
  doctor,
]
