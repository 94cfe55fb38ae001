import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DrydockError } from '../contract/errors.ts'
import { nameMatcher } from '../core/names.ts'
import type { Size } from '../core/mask/rle.ts'
import type { Random } from '../core/random.ts'
import { wholeBetween } from '../core/random.ts'
import type { LabelSink, LabelSource } from '../formats/format.ts'
import { readLabelRaster, writeLabelRaster } from '../imaging/label-raster.ts'

/** Label files in memory, by path. */
export type LabelFiles = Map<string, Buffer>

/** What a reader reads from, without a disk. @param images sizes by path */
export function memorySource(files: LabelFiles, images: Record<string, Size>): LabelSource {
  const match = nameMatcher(Object.keys(images))
  const bytesOf = (path: string): Buffer => files.get(path) ?? Buffer.alloc(0)
  return {
    files: [...files].map(([path, { length }]) => ({ path, bytes: length })),
    read: (path) => Promise.resolve(bytesOf(path)),
    open: (path) =>
      Promise.resolve({
        bytes: bytesOf(path).length,
        read: (at: number, length: number) => Promise.resolve(bytesOf(path).subarray(at, at + length)),
        close: () => Promise.resolve(),
      }),
    size(names) {
      const found = match(names)
      return Promise.resolve(found && 'path' in found ? (images[found.path] ?? null) : null)
    },
    places: () => Promise.resolve(null),
    raster: (file) => readLabelRaster(typeof file === 'string' ? bytesOf(file) : file),
  }
}

/** Takes what a writer writes. @returns the files, once all is written */
export function memorySink(): { sink: LabelSink; files: LabelFiles } {
  const files: LabelFiles = new Map()
  const sink: LabelSink = {
    append(path, piece) {
      const name = path === '' ? 'labels' : path
      files.set(name, Buffer.concat([files.get(name) ?? Buffer.alloc(0), Buffer.from(piece)]))
      return Promise.resolve()
    },
    async raster(path, raster) {
      const folder = mkdtempSync(join(tmpdir(), 'drydock-sink-'))
      const file = join(folder, 'raster.png')
      await writeLabelRaster(file, raster)
      files.set(path, readFileSync(file))
      rmSync(folder, { recursive: true })
    },
  }
  return { sink, files }
}

const SPLICES = [
  '',
  '-1',
  '99999999999',
  '1e308',
  '0.5',
  'NaN',
  'null',
  '[',
  ']',
  '{',
  '}',
  '"',
  ',',
  ' ',
  '\n',
  '<',
  '/>',
  '\0',
]

/** Files of which one is damaged: a byte changed, a piece gone, doubled or moved, an odd number or sign put in, the rest cut off. */
export function mutated(files: LabelFiles, random: Random): LabelFiles {
  const paths = [...files.keys()]
  const path = paths[wholeBetween(random, 0, paths.length - 1)]!
  let bytes = files.get(path)!
  for (let turns = wholeBetween(random, 1, 3); turns > 0; turns--) bytes = damaged(bytes, random)
  return new Map(files).set(path, bytes)
}

function damaged(bytes: Buffer, random: Random): Buffer {
  const at = wholeBetween(random, 0, bytes.length)
  const to = Math.min(bytes.length, at + wholeBetween(random, 0, 40))
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)]
  switch (wholeBetween(random, 0, 5)) {
    case 0:
      return Buffer.concat([before, Buffer.from([wholeBetween(random, 0, 255)]), bytes.subarray(at + 1)])
    case 1:
      return Buffer.concat([before, after])
    case 2:
      return Buffer.concat([before, piece, piece, after])
    case 3:
      return before
    case 4:
      return Buffer.concat([piece, before, after])
    default: {
      const splice = SPLICES[wholeBetween(random, 0, SPLICES.length - 1)]!
      return Buffer.concat([
        before,
        Buffer.from(splice),
        bytes.subarray(Math.min(bytes.length, at + splice.length)),
      ])
    }
  }
}

/** Reads a damaged file to its end: labels or a typed error. @throws whatever else happens */
export async function readDamaged(
  read: (source: LabelSource, report: () => void) => AsyncGenerator,
  source: LabelSource,
): Promise<void> {
  try {
    for await (const image of read(source, () => undefined)) void image
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error
  }
}
