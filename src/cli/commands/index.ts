import type { Command } from '../command.ts'
import { build } from './build.ts'
import { clusterCreate } from './cluster-create.ts'
import { clusterDelete } from './cluster-delete.ts'
import { clusterKubeconfig } from './cluster-kubeconfig.ts'
import { clusterList } from './cluster-list.ts'
import { clusterStart } from './cluster-start.ts'
import { clusterStatus } from './cluster-status.ts'
import { clusterStop } from './cluster-stop.ts'
import { config, configSchema } from './config.ts'
import { doctor } from './doctor.ts'
import { down } from './down.ts'
import { exec } from './exec.ts'
import { forward } from './forward.ts'
import { logs } from './logs.ts'
import { open } from './open.ts'
import { restart } from './restart.ts'
import { secretsCheck } from './secrets-check.ts'
import { secretsEdit } from './secrets-edit.ts'
import { secretsInit } from './secrets-init.ts'
import { secretsList } from './secrets-list.ts'
import { secretsSet } from './secrets-set.ts'
import { secretsShow } from './secrets-show.ts'
import { shell } from './shell.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import { sync } from './sync.ts'
import { up } from './up.ts'

export const commands: readonly Command[] = [
  up,
  status,
  logs,
  build,
  open,
  forward,
  exec,
  shell,
  restart,
  sync,
  stop,
  down,
  configSchema,
  config,
  clusterCreate,
  clusterStatus,
  clusterStop,
  clusterStart,
  clusterDelete,
  clusterList,
  clusterKubeconfig,
  secretsInit,
  secretsList,
  secretsShow,
  secretsSet,
  secretsEdit,
  secretsCheck,
  doctor,
]
