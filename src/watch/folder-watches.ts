import { watch } from 'node:fs'
import { errorCode } from '../base/errors.ts'

/** Hears of what happens right in folders, each by a watch of its own, that this owns. */
export interface FolderWatches extends Disposable {
  /** Watches what is at the path now, whatever was watched there before. */
  renew(folder: string): void
  end(folder: string): void
}

/** `renewed`: another thing may be there now, or nothing; else it is the same that was written to. */
export type OnHint = (folder: string, name: string | undefined, renewed: boolean) => void

export type OpenWatch = (
  folder: string,
  onEvent: (event: 'rename' | 'change', name: string | null) => void,
  onError: (error: Error) => void,
) => { close(): void }

/** One that can't be opened is told by `onFailure`, where it is not just that the folder is gone or may not be read. */
export function folderWatches(
  onHint: OnHint,
  onFailure: (error: unknown) => void,
  open: OpenWatch = openWatch,
): FolderWatches {
  const opened = new Map<string, { close(): void }>()

  function end(folder: string): void {
    opened.get(folder)?.close()
    opened.delete(folder)
  }

  return {
    renew(folder) {
      const before = opened.get(folder)
      opened.delete(folder)
      try {
        const watch = open(
          folder,
          (event, name) => {
            if (opened.get(folder) === watch) onHint(folder, name ?? undefined, event === 'rename')
          },
          error => {
            if (opened.get(folder) !== watch) return
            end(folder)
            onFailure(error)
          },
        )
        opened.set(folder, watch)
      } catch (error) {
        if (!HARMLESS.has(errorCode(error) ?? '')) onFailure(error)
      }
      // Only now: where it is the same folder still, nothing is missed between the two.
      before?.close()
    },
    end,
    [Symbol.dispose]() {
      for (const folder of [...opened.keys()]) end(folder)
    },
  }
}

/** Whoever lists the folder finds the same out, and says so. */
const HARMLESS = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'])

/**
 * One for each folder, by ourselves: chokidar 6 keeps every file in a tree of its own (70 MB for 10,000), tells of a file
 * once in 50 ms, and of one that is empty for a moment later still.
 */
const openWatch: OpenWatch = (folder, onEvent, onError) =>
  watch(folder, { encoding: 'utf8' }, onEvent).on('error', onError)
