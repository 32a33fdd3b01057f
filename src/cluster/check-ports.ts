import type Docker from 'dockerode'
import { DevkError } from '../base/errors.ts'
import { isFreePort } from '../base/ports.ts'
import { portOwner } from '../exec/port-owner.ts'
import type { PortMapping } from '../model/port-mapping.ts'
import { containerName } from './node-containers.ts'

/** Before anything is made: each host port that the cluster wants is free, or the error names who has it. */
export async function checkPorts(docker: Docker, ports: readonly PortMapping[]): Promise<void> {
  for (const { address, host, protocol } of ports) {
    if (protocol !== 'tcp' || (await isFreePort(host, address))) continue
    const owner = (await containerOn(docker, host)) ?? (await portOwner(host))
    throw new DevkError({
      code: 'PORT_TAKEN',
      message: `Port ${host} of this machine is taken${owner ? ` by ${owner}` : ''}. Nothing was made.`,
      hint: 'End that program, or map another host port.',
    })
  }
}

async function containerOn(docker: Docker, port: number): Promise<string | undefined> {
  const containers = await docker.listContainers()
  const owner = containers.find(container => container.Ports.some(published => published.PublicPort === port))
  return owner && `the container ${containerName(owner)}`
}
