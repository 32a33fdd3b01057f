import { images } from '../versions.ts'
import { image } from './image.ts'

/** What clusters and their registry are made of, besides kind's node image. */
export const registry = image({
  id: 'registry',
  tags: [images.registry],
  needs: ['registry-root', 'pod-root'],
  from: 'registry',
})

export const k3s = image({ id: 'k3s', tags: [images.k3s], needs: ['kind-node'], from: 'k3s' })

export const k3dTools = image({
  id: 'k3d-tools',
  tags: [images.k3dTools],
  needs: ['kind-node'],
  from: 'k3d-tools',
})

export const k3dProxy = image({
  id: 'k3d-proxy',
  tags: [images.k3dProxy],
  needs: ['nginx'],
  from: 'k3d-proxy',
})
