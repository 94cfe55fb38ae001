import { join, resolve } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { fitsIn } from '../../core/mask/rle.ts'
import { readSize } from '../../imaging/decode.ts'
import { contentHash } from '../../imaging/hash.ts'
import { listImages } from '../images/folder-listing.ts'
import { readWholeLabels } from '../machinery/label-files.ts'
import type { TrainSource } from './train-plan.ts'
import { refusalOf } from './train-selection.ts'

/** Share of a folder's images that are kept for validation. */
const VALIDATION_SHARE = 0.15

/** Fewer images than these are all trained on, unless validation images are named. */
const FEWEST_TO_SPLIT = 4

/** Images of a folder that are not used, and why. */
type FolderLeftOut = { reason: string; count: number; names: string[] }[]

export interface FolderSelection {
  train: TrainSource[]
  validation: TrainSource[]
  leftOut: FolderLeftOut
}

export interface MarkedImages {
  /** by path below the folder, with '/' */
  found: Map<string, TrainSource>
  leftOut: FolderLeftOut
}

/**
 * Finds the images of a folder that a label file says something about, and splits them: those named for
 * validation, else 15 % by a hash of their content, so that copies fall together and the split stays the same.
 * @param validation names of the images to validate on
 * @throws DrydockError `nothing_to_do`, `not_found`, `file_broken`
 */
export async function selectFromFolder(
  images: string,
  truth: string,
  { validation, signal }: { validation?: readonly string[]; signal?: AbortSignal } = {},
): Promise<FolderSelection> {
  const { found, leftOut } = await markedImages(images, truth, signal)
  const split = validation ? byName(found, validation) : byContent([...found.values()])
  const ships = split.train.reduce((sum, source) => sum + source.truth.length, 0)
  const refusal = refusalOf(split.train.length, ships)
  if (refusal !== null) {
    const reasons = leftOut.map(({ reason, names }) => [reason, names])
    throw new DrydockError('nothing_to_do', refusal, { leftOut: reasons })
  }
  return { ...split, leftOut }
}

/**
 * Finds the images of a folder that a label file says something about.
 * @param truth Airbus CSV; ImageId = path below the folder with '/', a blank row = no ship
 * @throws DrydockError `nothing_to_do` (no image in the folder), `not_found`, `file_broken`
 */
export async function markedImages(
  images: string,
  truth: string,
  signal?: AbortSignal,
): Promise<MarkedImages> {
  const root = resolve(images)
  const labels = await readWholeLabels(truth)
  const files = listImages(root)
  if (files.length === 0) {
    throw new DrydockError(
      'nothing_to_do',
      `There is no image in ${root}. Choose the folder that holds them.`,
    )
  }
  const leftOut = new Map<string, string[]>()
  const leave = (reason: string, name: string): void => {
    const names = leftOut.get(reason)
    if (names) names.push(name)
    else leftOut.set(reason, [name])
  }
  const found = new Map<string, TrainSource>()
  for (const { path } of files) {
    signal?.throwIfAborted()
    const instances = labels.images.get(path)
    if (!instances) {
      leave('the label file does not name it', path)
      continue
    }
    const file = join(root, ...path.split('/'))
    try {
      const size = await readSize(file)
      const masks = instances.map(({ rle }) => rle)
      if (!masks.every((rle) => fitsIn(rle, size))) leave('a mask reaches beyond the image', path)
      else found.set(path, { file, ...size, truth: masks, content: await contentHash(file) })
    } catch (error) {
      if (!(error instanceof DrydockError)) throw error
      leave('its file cannot be read', path)
    }
  }
  const paths = new Set(files.map(({ path }) => path))
  for (const name of labels.images.keys()) {
    if (!paths.has(name)) leave('named in the label file, but not in the folder', name)
  }
  return {
    found,
    leftOut: [...leftOut].map(([reason, names]) => ({ reason, count: names.length, names })),
  }
}

function byName(found: Map<string, TrainSource>, names: readonly string[]): Split {
  const unknown = names.filter((name) => !found.has(name))
  if (unknown.length > 0) {
    throw new DrydockError(
      'not_found',
      `No usable image of the folder is called ${unknown.join(', ')}, so it cannot be validated on. Check the name and try again.`,
      { names: unknown },
    )
  }
  const held = new Set(names.map((name) => found.get(name)!.content))
  const all = [...found.values()]
  return {
    train: all.filter(({ content }) => !held.has(content)),
    validation: all.filter(({ content }) => held.has(content)),
  }
}

type Split = Pick<FolderSelection, 'train' | 'validation'>

function byContent(all: TrainSource[]): Split {
  const share = (source: TrainSource): number => parseInt(source.content.slice(0, 8), 16) / 0x1_0000_0000
  const contents = [...new Set(all.map(({ content }) => content))]
  if (contents.length < FEWEST_TO_SPLIT) return { train: all, validation: [] }
  const ordered = [...all].sort((a, b) => share(a) - share(b))
  // never all, never none
  const first = ordered[0]!.content
  const last = ordered.at(-1)!.content
  const isHeld = (source: TrainSource): boolean =>
    source.content !== last && (share(source) < VALIDATION_SHARE || source.content === first)
  return { train: all.filter((source) => !isHeld(source)), validation: all.filter(isHeld) }
}
