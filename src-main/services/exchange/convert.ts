import { DrydockError } from '../../contract/errors.ts'
import type { LabelFormatFace, LabelFormatId } from '../../contract/label-formats.ts'
import { labelFormat } from '../../contract/label-formats.ts'
import { fitsIn } from '../../core/mask/rle.ts'
import type { Size } from '../../core/mask/rle.ts'
import { isUsable } from '../../formats/format.ts'
import type {
  BrokenRow,
  Ground,
  ImageToWrite,
  LabelFormat,
  LabelledImage,
  LabelSource,
} from '../../formats/format.ts'
import { Losses } from '../../formats/losses.ts'
import { formatOf, recogniseFormat } from '../../formats/registry.ts'
import { groundOf } from './ground.ts'
import { outputName, writeWith } from './label-sink.ts'
import { NO_IMAGES, openSource } from './label-source.ts'
import type { ImageDirectory } from './label-source.ts'
import { folderImages } from './folder-images.ts'

export interface ConvertWanted {
  /** label file, or the folder of them */
  from: string
  /** what it is; default: what it looks like */
  fromFormat?: LabelFormatId | undefined
  /** the images that the labels are of; needed where the file does not say their sizes */
  images?: string | undefined
  to: LabelFormatId
  out: string
}

/** What is told while labels are converted; each thing once. */
export interface ConvertHooks {
  signal: AbortSignal
  /** before anything is written: what the new format cannot hold */
  onLosses(lost: readonly string[]): void
  onProgress(images: number): void
}

export interface Converted {
  from: LabelFormatFace
  /** where the labels are now */
  out: string
  images: number
  instances: number
  /** areas of many objects that were left out */
  crowds: number
  lost: readonly string[]
  /** rows and images that are not in the new file, each with its reason */
  leftOut: BrokenRow[]
}

/**
 * Brings labels from any format to any other, without a project, image by image.
 * @throws DrydockError `file_broken`, `not_found`, `bad_input` (sizes are needed and not known; two images of one name in
 *   the new format), `disk_full`, `cancelled`
 */
export async function convertLabels(wanted: ConvertWanted, hooks: ConvertHooks): Promise<Converted> {
  const images = wanted.images === undefined ? null : await folderImages(wanted.images)
  const source = await openSource(wanted.from, images ?? NO_IMAGES)
  const from = wanted.fromFormat ? formatOf(wanted.fromFormat) : await recogniseFormat(source)
  const to = formatOf(wanted.to)
  const out = outputName(wanted.out, to)
  /** images that come more than once in the source; they are put together, and come last */
  const several = new Set<string>()
  const lost = await lossesOf(new Pass(source, from, to, images, several, hooks.signal), to)
  hooks.onLosses(lost)
  for (;;) {
    const known = several.size
    const pass = new Pass(source, from, to, images, several, hooks.signal, hooks.onProgress)
    try {
      await writeWith(out, to, (sink) => to.write(pass.images(), sink, []))
    } catch (error) {
      if (!(error instanceof CameAgain)) throw error
    }
    if (several.size > known) continue
    const { counts, leftOut } = pass
    return { from: labelFormat(from.id), out, ...counts, lost, leftOut }
  }
}

async function lossesOf(pass: Pass, to: LabelFormat): Promise<string[]> {
  if (!Losses.possible(to.canHold)) return []
  const losses = new Losses(to.canHold)
  for await (const { instances, size } of pass.images(false)) losses.add(instances, size)
  return losses.list
}

/** An image that has been written comes again: the pass is begun anew with that known. */
class CameAgain extends Error {}

/** Formats that give no size hold masks whose place depends on it; all others must know it. */
const UNKNOWN_SIZE: Size = { width: 0, height: 0 }

/** Reads the source once. */
class Pass {
  readonly counts = { images: 0, instances: 0, crowds: 0 }
  readonly leftOut: BrokenRow[] = []
  readonly #source: LabelSource
  readonly #from: LabelFormat
  readonly #to: LabelFormat
  readonly #directory: ImageDirectory | null
  readonly #several: Set<string>
  readonly #signal: AbortSignal
  readonly #onProgress: (images: number) => void

  constructor(
    source: LabelSource,
    from: LabelFormat,
    to: LabelFormat,
    directory: ImageDirectory | null,
    several: Set<string>,
    signal: AbortSignal,
    onProgress: (images: number) => void = () => undefined,
  ) {
    this.#source = source
    this.#from = from
    this.#to = to
    this.#directory = directory
    this.#several = several
    this.#signal = signal
    this.#onProgress = onProgress
  }

  /**
   * The images as they are to be written. @param unique false: for looking at only, images may come more than once
   * @throws CameAgain, when all else has been read: which images come several times is known then
   */
  async *images(unique = true): AsyncGenerator<ImageToWrite> {
    const written = new Set<string>()
    const waiting = new Map<string, ImageToWrite>()
    let again = false
    for await (const image of this.#from.read(this.#source, (broken) => this.leftOut.push(broken))) {
      this.#signal.throwIfAborted()
      this.counts.crowds += image.crowds
      const resolved = await this.#resolved(image)
      if (resolved === null) continue
      const { name } = resolved
      if (unique && this.#several.has(name)) {
        const known = waiting.get(name)
        waiting.set(name, known ? { ...known, ...together(known, resolved) } : resolved)
      } else if (unique && written.has(name)) {
        this.#several.add(name)
        again = true
      } else {
        written.add(name)
        yield this.#counted(resolved)
      }
    }
    if (again) throw new CameAgain()
    for (const image of waiting.values()) yield this.#counted(image)
  }

  #counted(image: ImageToWrite): ImageToWrite {
    this.counts.images++
    this.counts.crowds -= image.ignored?.length ?? 0
    this.counts.instances += image.instances.length
    this.#onProgress(this.counts.images)
    return image
  }

  /** null: it cannot be used, and why is known */
  async #resolved(image: LabelledImage): Promise<ImageToWrite | null> {
    const first = image.names[0]!
    const leave = (reason: string): null => {
      this.leftOut.push({ line: null, place: first, image: first, reason })
      return null
    }
    const match = this.#directory?.match(image.names) ?? null
    if (this.#directory && match === null) return leave('is no image in the folder of images')
    if (match && 'candidates' in match) return leave(`may be ${match.candidates.join(' or ')}`)
    const name = match?.path ?? first
    const real = match ? await this.#directory!.size(match.path) : null
    if (this.#directory && real === null) return leave('cannot be read as an image, so its size is not known')
    if (real && image.size && !sameSize(real, image.size)) {
      return leave(
        `is ${real.width} x ${real.height}, but the labels were made for ${image.size.width} x ${image.size.height}`,
      )
    }
    const size = real ?? image.size
    if (size === null && (image.unsized > 0 || this.#to.id !== 'airbus')) {
      throw new DrydockError(
        'bad_input',
        `The size of ${first} is not known, and cannot be done without here. Name the folder of images with --images.`,
        { image: first },
      )
    }
    const areas = this.#to.canHold.ignored ? image.ignored : []
    const ignored = size ? areas.filter((rle) => rle.length > 0 && fitsIn(rle, size)) : []
    if (!isUsable(image) && ignored.length === 0) return null
    const inside = size ? image.instances.filter(({ rle }) => fitsIn(rle, size)) : image.instances
    for (const instance of image.instances) {
      if (inside.includes(instance)) continue
      this.leftOut.push({ line: instance.line, image: first, reason: 'reaches beyond its image' })
    }
    // an image of which nothing is left is not one without ships
    if (inside.length + ignored.length === 0 && image.instances.length > 0) return null
    const directory = this.#directory
    const said = image.metresPerPixel
    const ground = async (): Promise<Ground> => {
      const georeference = match && directory ? await directory.georeference(match.path) : null
      const found = groundOf(georeference, size ?? UNKNOWN_SIZE)
      return said === null ? found : { ...found, pixelMetres: { x: said, y: said } }
    }
    return { name, size: size ?? UNKNOWN_SIZE, instances: inside, ignored, ground }
  }
}

/** What two descriptions of one image say of it together. */
function together(a: ImageToWrite, b: ImageToWrite): Pick<ImageToWrite, 'instances' | 'ignored'> {
  return {
    instances: [...a.instances, ...b.instances],
    ignored: [...(a.ignored ?? []), ...(b.ignored ?? [])],
  }
}

function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}
