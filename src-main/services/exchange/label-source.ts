import { readSync } from 'node:fs'
import { open as openFile, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import type { Georeference } from '../../contract/wire.ts'
import { nameMatcher } from '../../core/names.ts'
import type { NameMatch } from '../../core/names.ts'
import type { Size } from '../../core/mask/rle.ts'
import { placesOf } from '../../core/places/places.ts'
import type { LabelSource } from '../../formats/format.ts'
import { readLabelRaster } from '../../imaging/label-raster.ts'
import { unreadable } from '../machinery/label-files.ts'

/** Files in one folder of labels; beyond that something else was chosen. */
const MOST_FILES = 5_000_000

/** The images that labels may be meant for. */
export interface ImageDirectory {
  /** takes what a label file may call an image */
  match(names: readonly string[]): NameMatch
  /** null: it cannot be read */
  size(path: string): Promise<Size | null>
  /** null: it lies nowhere, or nobody says where */
  georeference(path: string): Promise<Georeference | null>
}

/** Images by path, with what is known of them. Sizes are asked for once. */
export function imageDirectory(
  paths: readonly string[],
  size: (path: string) => Promise<Size | null>,
  georeference: (path: string) => Promise<Georeference | null> = () => Promise.resolve(null),
): ImageDirectory {
  const sizes = new Map<string, Size | null>()
  return {
    match: nameMatcher(paths),
    async size(path) {
      if (!sizes.has(path)) sizes.set(path, await size(path))
      return sizes.get(path) ?? null
    },
    georeference,
  }
}

/** No images at hand: nothing is matched. */
export const NO_IMAGES: ImageDirectory = {
  match: () => null,
  size: () => Promise.resolve(null),
  georeference: () => Promise.resolve(null),
}

/**
 * What a person chose as labels: a file, or a folder with all below it. The file that names YOLO's categories stands for
 * its folder.
 * @throws DrydockError `not_found`, `file_broken`
 */
export async function openSource(chosen: string, images: ImageDirectory): Promise<LabelSource> {
  const found = await stat(chosen).catch((cause: unknown) => {
    throw unreadable(chosen, cause)
  })
  const folder = found.isDirectory() ? chosen : dirname(chosen)
  const whole = found.isDirectory() || /\.ya?ml$/i.test(chosen)
  const files = whole ? await listFiles(folder) : [{ path: basename(chosen), bytes: found.size }]
  const absolute = (path: string): string => join(folder, ...path.split('/'))
  const open: LabelSource['open'] = async (path) => {
    const file = absolute(path)
    const handle = await openFile(file, 'r').catch((cause: unknown) => {
      throw unreadable(file, cause)
    })
    const { size } = await handle.stat()
    return {
      bytes: size,
      // at once: a file in no order takes hundreds of thousands of small readings, and this runs where nobody waits for the thread
      read(at, length) {
        const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - at)))
        try {
          return Promise.resolve(bytes.subarray(0, readSync(handle.fd, bytes, 0, bytes.length, at)))
        } catch (cause) {
          return Promise.reject(unreadable(file, cause))
        }
      },
      close: () => handle.close(),
    }
  }
  const meant = (names: readonly string[]): string | null => {
    const match = images.match(names)
    return match === null || 'candidates' in match ? null : match.path
  }
  return {
    files,
    open,
    async read(path, limit) {
      const file = await open(path)
      try {
        if (file.bytes > limit) throw tooLarge(path, limit)
        return await file.read(0, file.bytes)
      } finally {
        await file.close()
      }
    },
    async size(names) {
      const path = meant(names)
      return path === null ? null : images.size(path)
    },
    async places(names) {
      const path = meant(names)
      const georeference = path === null ? null : await images.georeference(path)
      return georeference && placesOf(georeference)
    },
    raster: (file) => readLabelRaster(typeof file === 'string' ? absolute(file) : file),
  }
}

/** All files below a folder, by path, but hidden ones and projects; links to folders are followed once. */
export async function listFiles(folder: string): Promise<{ path: string; bytes: number; mtime: number }[]> {
  const files: { path: string; bytes: number; mtime: number }[] = []
  const seen = new Set([await realpath(folder)])
  const visit = async (inner: string, prefix: string): Promise<void> => {
    for (const entry of await readdir(inner, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || entry.name.endsWith('.drydock')) continue
      const file = join(inner, entry.name)
      const found = await stat(file).catch(() => null)
      if (found?.isDirectory()) {
        const real = entry.isSymbolicLink() ? await realpath(file) : null
        if (real !== null && seen.has(real)) continue
        if (real !== null) seen.add(real)
        await visit(file, `${prefix}${entry.name}/`)
      } else if (found?.isFile()) {
        files.push({ path: prefix + entry.name, bytes: found.size, mtime: found.mtimeMs })
        if (files.length > MOST_FILES) throw tooMany(folder)
      }
    }
  }
  await visit(folder, '')
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function tooMany(folder: string): DrydockError {
  return new DrydockError(
    'file_broken',
    `There are more than ${MOST_FILES} files in ${basename(folder)}. Choose the folder that holds the labels alone.`,
  )
}

function tooLarge(path: string, limit: number): DrydockError {
  const size = limit >= 2 ** 31 - 1 ? '2 GiB' : `${Math.floor(limit / 2 ** 20)} MiB`
  return new DrydockError(
    'file_broken',
    `${path} is larger than ${size}. Cut it into smaller files and try again.`,
    { file: path },
  )
}
