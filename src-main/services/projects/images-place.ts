import { existsSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, relative, resolve } from 'node:path'
import type { SeenFile } from '../../store/peek.ts'
import { someFiles } from '../../store/peek.ts'
import type { Store } from '../../store/store.ts'

/** How a project's folder is named: after its images' folder, with this behind. */
export const ENDING = '.drydock'

/** So many files are looked at to tell whether a folder holds a project's images. */
export const LOOKED_AT = 12

/**
 * Where the images of a project are that was moved or copied together with them: in the same place seen from the project.
 * @param copied whether it is a copy: what lies beside it is its own then, also where it was changed since
 * @returns the folder; null where the one that the project knows stays
 */
export function placeOfImages(store: Store, folder: string, copied: boolean): string | null {
  const root = store.meta.get('images_root')
  const before = store.meta.get('folder')
  if (root === null || before === folder) return null
  const files = someFiles(store.db, LOOKED_AT)
  for (const place of placesSeenFrom(folder, root, before)) {
    if (place === root) continue
    // in a project that has seen no image yet there is nothing to tell by
    if (files.length === 0 && existsSync(place)) return place
    const found = likeness(place, files)
    if (copied ? found.named > 0 : found.same * 2 >= files.length && found.same > 0) return place
  }
  return null
}

/** Whether a folder holds the images of a project, by some of them: the same names with the same sizes. */
export function holdsFiles(folder: string, files: readonly SeenFile[]): boolean {
  const { same } = likeness(folder, files)
  return same > 0 && same * 2 >= files.length
}

/** @param before the project's folder when it was open last; null: not known, in a project of an earlier version */
function placesSeenFrom(folder: string, root: string, before: string | null): string[] {
  const beside = folder.endsWith(ENDING) ? [folder.slice(0, -ENDING.length)] : []
  if (before !== null) {
    const way = relative(before, root)
    return isAbsolute(way) ? beside : [resolve(folder, way), ...beside]
  }
  // it may have been pointed to another folder by hand: only one that is called as it was can be the same
  return beside.filter((place) => basename(place) === basename(root))
}

function likeness(folder: string, files: readonly SeenFile[]): { named: number; same: number } {
  let [named, same] = [0, 0]
  for (const { path, size } of files) {
    const found = fileSize(join(folder, ...path.split('/')))
    if (found === null) continue
    named++
    if (found === size) same++
  }
  return { named, same }
}

function fileSize(file: string): number | null {
  try {
    const found = statSync(file)
    return found.isFile() ? found.size : null
  } catch {
    return null
  }
}
