import { join } from 'node:path'

/** Node 24 as the project's own dependency brings it. */
export const nodeBinary = (): string => join(import.meta.dirname, '../../node_modules/node/bin/node')
