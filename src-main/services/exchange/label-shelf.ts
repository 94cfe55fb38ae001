import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { DrydockError } from '../../contract/errors.ts'
import type { ReadImage } from './read-image.ts'

/** Labels of images, by the images' ids; a `Map` is one. */
export interface Shelf {
  get(image: number): ReadImage | undefined
  set(image: number, labels: ReadImage): void
}

/** Where the labels of each image stand in a shelf's file, in the order of the images' ids: `image, byte, bytes, image, ...` */
export type ShelfPlaces = Float64Array

/** Bytes that are collected before they are written. */
const AT_ONCE = 1 << 20

/**
 * Labels in a file of their own, an image at a time, so that nobody ever holds those of all images. Written and read by this module of one
 * build: what comes back is what was put in.
 */
export class ShelfFile implements Shelf {
  readonly #file: number
  readonly #places = new Map<number, { at: number; bytes: number }>()
  #collected: Buffer[] = []
  #collectedBytes = 0
  #written = 0

  /** @param path is made anew; its folder must be there */
  constructor(path: string) {
    this.#file = openSync(path, 'w+')
  }

  get(image: number): ReadImage | undefined {
    const place = this.#places.get(image)
    if (!place) return undefined
    this.#flush()
    return readAt(this.#file, place.at, place.bytes)
  }

  /** What was there of the image stays in the file, and is not read any more. */
  set(image: number, labels: ReadImage): void {
    const text = Buffer.from(JSON.stringify(labels))
    this.#places.set(image, { at: this.#written + this.#collectedBytes, bytes: text.length })
    this.#collected.push(text)
    this.#collectedBytes += text.length
    if (this.#collectedBytes >= AT_ONCE) this.#flush()
  }

  /** Ids of the images, in their order. */
  images(): number[] {
    return [...this.#places.keys()].sort((a, b) => a - b)
  }

  /** Where all of it stands. */
  places(): ShelfPlaces {
    const images = this.images()
    const places = new Float64Array(3 * images.length)
    images.forEach((image, i) => {
      const { at, bytes } = this.#places.get(image)!
      places.set([image, at, bytes], 3 * i)
    })
    return places
  }

  close(): void {
    try {
      this.#flush()
    } finally {
      closeSync(this.#file)
    }
  }

  #flush(): void {
    if (this.#collectedBytes === 0) return
    const bytes = Buffer.concat(this.#collected)
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, this.#written + done)
    }
    this.#written += bytes.length
    this.#collected = []
    this.#collectedBytes = 0
  }
}

/**
 * The labels on a shelf, in the order of the images' ids.
 * @throws DrydockError `not_found` where the file is gone, `file_broken` where it is another than the one that was written
 */
export function* labelsOnShelf(path: string, places: ShelfPlaces): Generator<ReadImage> {
  const file = opened(path)
  try {
    for (let i = 0; i < places.length; i += 3) yield readAt(file, places[i + 1]!, places[i + 2]!)
  } finally {
    closeSync(file)
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'r')
  } catch {
    throw new DrydockError(
      'not_found',
      'What was read of this label file is not there any more. Choose the file again.',
    )
  }
}

function readAt(file: number, at: number, length: number): ReadImage {
  const bytes = Buffer.allocUnsafe(length)
  try {
    if (readSync(file, bytes, 0, length, at) === length) {
      return JSON.parse(bytes.toString('utf8')) as ReadImage
    }
  } catch {
    // said below
  }
  throw new DrydockError(
    'file_broken',
    'What was read of this label file was changed since. Choose the file again.',
  )
}
