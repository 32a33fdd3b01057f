import { expect, it } from 'vitest'
import { namedPorts, portNumber } from '../../src/resources/named-ports.ts'

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    template: { spec: { containers: [{ name: 'web', ports: [{ name: 'web', containerPort: 8080 }] }] } },
  },
}
const service = (...ports: object[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { ports },
})

it('a Service’s named port is the number that its pods listen on, by whichever name the Service gives them', () => {
  const ports = namedPorts([
    deployment,
    service({ name: 'http', port: 80, targetPort: 'web' }, { name: 'admin', port: 81, targetPort: 9090 }),
  ])
  expect(['http', 'admin', 'web'].map(name => portNumber(name, ports))).toEqual([8080, 9090, 8080])
})

it('a port without a target is its own, and a name that the container has itself stays the container’s', () => {
  const ports = namedPorts([
    deployment,
    service({ name: 'plain', port: 7000 }, { name: 'web', port: 80, targetPort: 'web' }),
  ])
  expect(['plain', 'web'].map(name => portNumber(name, ports))).toEqual([7000, 8080])
})

it('what nothing is called has no number', () => {
  expect(portNumber('http', namedPorts([deployment]))).toBeUndefined()
  expect(
    portNumber('http', namedPorts([service({ name: 'http', port: 80, targetPort: 'gone' })])),
  ).toBeUndefined()
})
