/** Whose an object is; pods carry these two as well. */
export const PROJECT_LABEL = 'devk.dev/project'
export const SERVICE_LABEL = 'devk.dev/service'

export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'devk' } as const

/** On an object that was there before devk changed it: it is never removed. */
export const FOUND_LABEL = 'devk.dev/found'
