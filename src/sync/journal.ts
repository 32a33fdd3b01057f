import { readFile } from 'node:fs/promises'
import { writeFileAtomic } from '../base/write-file.ts'
import type { FileState } from '../model/file-state.ts'

/**
 * What was written into the containers of a service since their image was built, an image each: those files may be others
 * there than in the image, whatever the sources are by now. It is on disk before anything is written into a container.
 */
export interface Journal {
  /** The sources, by their paths on this machine. */
  touched(image: string): ReadonlySet<string>
  /** Resolves once it would be found again after a kill -9. */
  touch(image: string, files: readonly string[]): Promise<void>
  /** What the image was built from; undefined where that is not known. */
  base(image: string): ReadonlyMap<string, FileState> | undefined
  /** Only of these images something is remembered from now on, and this is what they were built from. */
  keepOnly(
    images: readonly string[],
    bases: ReadonlyMap<string, ReadonlyMap<string, FileState>>,
  ): Promise<void>
}

interface Kept {
  touched: Set<string>
  base?: ReadonlyMap<string, FileState> | undefined
}

type Saved = Record<string, { touched: string[]; base?: Record<string, FileState> }>

const NOTHING: ReadonlySet<string> = new Set()

/** A file that is not there, or is broken, is an empty journal: all of the sources are looked at in the containers then. */
export async function openJournal(file: string): Promise<Journal> {
  const images = await read(file)
  let writing: Promise<void> = Promise.resolve()
  const write = (): Promise<void> => {
    // Where the machine goes down, the containers begin anew from their images.
    const save = () => writeFileAtomic(file, textOf(images), 0o600, { durable: false })
    const next = writing.catch(() => {}).then(save)
    writing = next
    return next
  }
  const of = (image: string): Kept => {
    const kept = images.get(image) ?? { touched: new Set<string>() }
    images.set(image, kept)
    return kept
  }
  return {
    touched: image => images.get(image)?.touched ?? NOTHING,
    base: image => images.get(image)?.base,
    async touch(image, files) {
      const { touched } = of(image)
      const fresh = files.filter(each => !touched.has(each))
      if (fresh.length === 0) return await writing
      for (const each of fresh) touched.add(each)
      try {
        await write()
      } catch (error) {
        // They are tried again: until it is on disk, it is not known.
        for (const each of fresh) touched.delete(each)
        throw error
      }
    },
    async keepOnly(wanted, bases) {
      const gone = [...images.keys()].filter(image => !wanted.includes(image))
      const fresh = wanted.filter(image => bases.has(image) && !images.get(image)?.base)
      if (gone.length + fresh.length === 0) return
      for (const image of gone) images.delete(image)
      for (const image of fresh) of(image).base = bases.get(image)
      await write()
    },
  }
}

function textOf(images: ReadonlyMap<string, Kept>): string {
  const saved: Saved = {}
  for (const [image, { touched, base }] of images) {
    saved[image] = { touched: [...touched], ...(base && { base: Object.fromEntries(base) }) }
  }
  return JSON.stringify(saved)
}

async function read(file: string): Promise<Map<string, Kept>> {
  try {
    const saved = JSON.parse(await readFile(file, 'utf8')) as Saved
    return new Map(
      Object.entries(saved).map(([image, { touched, base }]) => [
        image,
        { touched: new Set(touched), ...(base && { base: new Map(Object.entries(base)) }) },
      ]),
    )
  } catch {
    return new Map()
  }
}
