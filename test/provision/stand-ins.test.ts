import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { source } from '../../scripts/airgap/places.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devk-stand-ins-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const script = (...names: string[]) => source('images', ...names)

function written(name: string, lines: readonly string[]): string {
  const file = join(folder, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

describe("k3s's mirrors as containerd's hosts", () => {
  const hosts = (lines: readonly string[]) => {
    const target = mkdtempSync(join(folder, 'certs.d-'))
    execFileSync('bash', [script('k3s/mirrors-to-hosts'), written('registries.yaml', lines), target])
    return new Map(
      readdirSync(target).map(host => [host, readFileSync(join(target, host, 'hosts.toml'), 'utf8')]),
    )
  }

  it('keep the order of several endpoints, and let the registry itself be the last one', () => {
    const mirrors = [
      'mirrors:',
      '  docker.io:',
      '    endpoint:',
      '    - http://first:5000',
      '    - http://second:5000',
    ]
    const toml = hosts(mirrors).get('docker.io') ?? ''
    expect([...toml.matchAll(/\[host\."(.*)"\]/g)].map(([, host]) => host)).toEqual([
      'http://first:5000',
      'http://second:5000',
    ])
    expect(toml).not.toContain('server')
  })

  it('take a path in an endpoint for the whole path, as k3s does', () => {
    const endpoint = (url: string) =>
      hosts(['mirrors:', '  docker.io:', '    endpoint:', `    - ${url}`]).get('docker.io')
    expect(endpoint('http://devk-registry:5000/v2/docker.io')).toContain('override_path = true')
    expect(endpoint('http://devk-registry:5000')).not.toContain('override_path')
    expect(endpoint('http://devk-registry:5000/v2/')).not.toContain('override_path')
  })

  it('are one folder a host, with * as containerd calls it', () => {
    const found = hosts([
      ...['mirrors:', '    "*":', '        endpoint:', '            - http://any:5000'],
      ...["    'localhost:5050':", '        endpoint:', '            - "http://devk-registry:5000"'],
    ])
    expect([...found.keys()].sort()).toEqual(['_default', 'localhost:5050'])
    expect(found.get('localhost:5050')).toContain('[host."http://devk-registry:5000"]')
  })

  it('leave out what is no mirror', () => {
    const found = hosts([
      ...['configs:', '  other:5000:', '    auth:', '      username: me'],
      ...[
        'mirrors:',
        '  docker.io:',
        '    rewrite:',
        '      "^a": b',
        '    endpoint:',
        '    - http://a:5000',
      ],
      'auths: {}',
    ])
    expect([...found.keys()]).toEqual(['docker.io'])
    expect(found.get('docker.io')).toContain('http://a:5000')
  })

  it('are none where there is no file', () => {
    execFileSync('bash', [script('k3s/mirrors-to-hosts'), join(folder, 'missing'), folder])
    expect(readdirSync(folder)).toEqual([])
  })
})

describe("the load balancer's configuration", () => {
  it('forwards each port to its nodes', () => {
    const values = written('values.yaml', [
      ...[
        'ports:',
        '  6443.tcp:',
        '  - k3d-shop-server-0',
        '  53.udp:',
        '  - k3d-shop-agent-0',
        '  - k3d-shop-agent-1',
      ],
      ...['settings:', '  workerConnections: 2048', '  defaultProxyTimeout: 300'],
    ])
    const config = execFileSync('bash', [script('k3d-proxy/stream-config'), values], { encoding: 'utf8' })
    expect(config).toContain('worker_connections 2048;')
    expect(config).toContain('proxy_timeout 300s;')
    expect(config).toContain('listen 6443;')
    expect(config).toContain('server k3d-shop-server-0:6443 ')
    expect(config).toContain('listen 53 udp;')
    expect(config.match(/server k3d-shop-agent-\d:53 /g)).toHaveLength(2)
  })
})

describe('the runtime for a machine without CAP_SYS_RESOURCE', () => {
  it('takes that one capability out of the bundle before runc reads it', () => {
    const capabilities = {
      bounding: ['CAP_SYS_ADMIN', 'CAP_SYS_RESOURCE'],
      effective: ['CAP_SYS_RESOURCE', 'CAP_KILL'],
    }
    const bundle = written('config.json', [JSON.stringify({ process: { capabilities } })])
    written('runc', ['#!/bin/sh', 'echo "runc $*"'])
    execFileSync('chmod', ['755', join(folder, 'runc')])
    const wrapper = join(source(), '../provision/host/devk-runc')
    const output = execFileSync(wrapper, ['create', '--bundle', folder, 'id'], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env['PATH']}` },
    })
    expect(output).toBe(`runc create --bundle ${folder} id\n`)
    expect(JSON.parse(readFileSync(bundle, 'utf8'))).toEqual({
      process: { capabilities: { bounding: ['CAP_SYS_ADMIN'], effective: ['CAP_KILL'] } },
    })
  })
})
