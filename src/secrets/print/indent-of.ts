import type { SopsFormat } from '../document.ts'

/** What each level of a file is indented by: a setting of sops may have been another one when it was written. */
export function indentOf(text: Buffer, format: SopsFormat): string | undefined {
  const shape =
    format === 'yaml'
      ? /^sops:\n( +)\w/m
      : format === 'json' || format === 'binary'
        ? /^\{\n([ \t]+)"/
        : undefined
  return shape?.exec(text.toString('latin1'))?.[1]
}
