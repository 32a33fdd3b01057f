import { describe, expect, it } from 'vitest'
import { readVersion, requirements, type Tool } from '../../scripts/provision/tool-versions.ts'
import { chooseTool } from '../../scripts/provision/tools.ts'

const accepts = (tool: Tool, output: string): boolean => {
  const version = readVersion(output)
  return version !== undefined && requirements[tool].accepts(version)
}

describe('the version of a tool', () => {
  it('is the first one that its output names', () => {
    expect(readVersion('k3d version v5.8.3\nk3s version v1.31.5-k3s1 (default)')).toEqual({
      major: 5,
      minor: 8,
      patch: 3,
    })
  })

  it('keeps what makes it no release, and drops build metadata', () => {
    expect(readVersion('v1.33.0-rc.1+abc')).toMatchObject({ prerelease: 'rc.1' })
    expect(readVersion('v3.18.4+gd80839c')).not.toHaveProperty('prerelease')
  })

  it('is unknown where the output names none', () => {
    expect(readVersion('command not found')).toBeUndefined()
  })

  it('fits kind and k3d only exactly', () => {
    expect(accepts('kind', '0.30.0')).toBe(true)
    expect(accepts('kind', '0.30.1')).toBe(false)
    expect(accepts('k3d', 'k3d version v5.8.3')).toBe(true)
    expect(accepts('k3d', 'k3d version v5.8.2')).toBe(false)
  })

  it('fits kubectl one minor version either side of the cluster', () => {
    const fitting = ['v1.31.9', 'v1.32.4', 'v1.33.13', 'v1.34.1', 'v1.35.0'].filter(version =>
      accepts('kubectl', version),
    )
    expect(fitting).toEqual(['v1.32.4', 'v1.33.13', 'v1.34.1'])
  })

  it("does not fit where a cloud's dispatcher calls itself kubectl", () => {
    expect(accepts('kubectl', '{"clientVersion":{"gitVersion":"v1.33.4-dispatcher"}}')).toBe(false)
  })

  it('fits helm and sops by their major version', () => {
    expect(accepts('helm', 'v3.18.4+gd80839c')).toBe(true)
    expect(accepts('helm', 'v4.0.0')).toBe(false)
    expect(accepts('sops', 'sops 3.13.3')).toBe(true)
  })
})

describe('the choice of a tool', () => {
  const right = { path: '/usr/bin/kind', version: { major: 0, minor: 30, patch: 0 } }
  const wrong = { path: '/data/bin/kind', version: { major: 0, minor: 29, patch: 0 } }

  it('takes the one on PATH where it fits', () => {
    expect(chooseTool('kind', undefined, right)).toEqual({ tool: 'kind', use: right })
  })

  it('has a stale one of its own replaced, since devk would take it before the one on PATH', () => {
    expect(chooseTool('kind', wrong, right)).toEqual({ tool: 'kind', unfit: wrong })
  })

  it('refuses one that does not say its version', () => {
    const silent = { path: '/usr/bin/kind' }
    expect(chooseTool('kind', undefined, silent)).toEqual({ tool: 'kind', unfit: silent })
  })
})
