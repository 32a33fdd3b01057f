import { openDocker } from '../../docker/connect.ts'
import type { Check } from '../doctor/check.ts'
import { clusters } from '../doctor/clusters.ts'
import { docker } from '../doctor/docker.ts'
import { inotify } from '../doctor/inotify.ts'
import { network } from '../doctor/network.ts'
import { tools } from '../doctor/tools.ts'
import type { Operation } from './operation.ts'

const checks: Check[] = [docker, inotify, tools, network, clusters]

export const doctor: Operation<'doctor'> = async (_, { steps, signal }) => {
  const connection = await openDocker()
  const findings = await Promise.all(
    checks.map(check => steps.during(`Looking at ${check.name}`, () => check({ connection, steps, signal }))),
  )
  return { findings: findings.flat() }
}
