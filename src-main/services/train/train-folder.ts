import { join, resolve } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { FEWEST_GROUPS } from '../../core/similar/deal.ts'
import { fitsIn } from '../../core/mask/rle.ts'
import { readSize } from '../../imaging/decode.ts'
import { contentHash } from '../../imaging/hash.ts'
import { listImages } from '../images/folder-listing.ts'
import { groupFolder } from './folder-groups.ts'
import { readWholeLabels } from '../machinery/label-files.ts'
import type { TrainSource } from './train-plan.ts'
import { refusalOf } from './train-selection.ts'

/** Share of a folder's images that are kept for validation. */
const VALIDATION_SHARE = 0.15

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
 * validation, else 15 % by a hash of their content. Images of one scene fall together, and the split stays the same.
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
  const found = new Map<string, Omit<TrainSource, 'group'>>()
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
    found: await groupFolder(found, signal),
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
  const held = new Set(names.map((name) => found.get(name)!.group))
  const all = [...found.values()]
  return {
    train: all.filter(({ group }) => !held.has(group)),
    validation: all.filter(({ group }) => held.has(group)),
  }
}

type Split = Pick<FolderSelection, 'train' | 'validation'>

/** Groups in the order of their contents, until they are so many images: never all groups, never none. */
function byContent(all: TrainSource[]): Split {
  const groups = [...Map.groupBy(all, ({ group }) => group).values()]
  if (groups.length < FEWEST_GROUPS) return { train: all, validation: [] }
  const least = (group: readonly TrainSource[]): string =>
    group.reduce((key, { content }) => (content < key ? content : key), group[0]!.content)
  groups.sort((a, b) => (least(a) < least(b) ? -1 : 1))
  const held = new Set<number>()
  let images = 0
  for (const group of groups.slice(0, -1)) {
    if (images > 0 && images + group.length > VALIDATION_SHARE * all.length) continue
    images += group.length
    held.add(group[0]!.group)
  }
  const isHeld = ({ group }: TrainSource): boolean => held.has(group)
  return { train: all.filter((source) => !isHeld(source)), validation: all.filter(isHeld) }
}
