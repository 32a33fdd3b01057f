/** All kinds of image manifest that a registry may have: it gives none that is not asked for. */
export const MANIFEST_KINDS = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
] as const
