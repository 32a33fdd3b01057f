export interface WatchRoot {
  /**
   * A file or a folder, absolute and without a slash at its end. It need not be
   * there yet; where it is a link, what it leads to is meant.
   */
  path: string
  /**
   * Whether something below it (relative path with slashes) is left out; of a folder: with all that is in it. Asked on the
   * way down: of what is in a folder that is left out nothing is asked.
   */
  leavesOut(path: string, isFolder: boolean): boolean
}
