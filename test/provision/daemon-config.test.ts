import { describe, expect, it } from 'vitest'
import { mergeDaemonConfig, RUNTIME, RUNTIME_PATH } from '../../scripts/provision/daemon-config.ts'

describe('merging into daemon.json', () => {
  it('names the runtime where there was no file', () => {
    const { config, changed } = mergeDaemonConfig({})
    expect(changed).toBe(true)
    expect(config).toMatchObject({
      'default-runtime': RUNTIME,
      runtimes: { [RUNTIME]: { path: RUNTIME_PATH } },
      features: { buildkit: true },
    })
  })

  it('keeps every key that somebody set, nested ones too', () => {
    const existing = {
      'data-root': '/mnt/docker',
      'dns-opts': ['timeout:5'],
      runtimes: { nvidia: { path: '/usr/bin/nvidia-container-runtime' } },
      features: { buildkit: false, cdi: true },
    }
    expect(mergeDaemonConfig(existing).config).toMatchObject(existing)
  })

  it("leaves somebody's default runtime the default", () => {
    expect(mergeDaemonConfig({ 'default-runtime': 'crun' }).config['default-runtime']).toBe('crun')
  })

  it('changes nothing the second time, whatever the order of the keys', () => {
    const { config } = mergeDaemonConfig({ debug: true })
    const reordered = Object.fromEntries(Object.entries(config).reverse())
    expect(mergeDaemonConfig(reordered).changed).toBe(false)
  })
})
