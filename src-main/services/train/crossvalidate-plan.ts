import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { foldsOf } from '../../core/sampling/folds.ts'
import { seedFrom } from '../../core/random.ts'
import { writeWhole } from '../../whole-file.ts'
import { canonicalJson } from '../predict/model-files.ts'
import type { TrainSource } from './train-plan.ts'

/** Of the images that a fold learns from, one in so many chooses the best step and the post-processing, which fewer could not. */
const INNER_PARTS = 3

/** A marked image under its name: the path below the folder, with '/'. */
export interface NamedSource extends TrainSource {
  name: string
}

/** Which images a fold is about; none of them is in two of the parts. */
export interface Fold {
  /** from 1 */
  number: number
  train: NamedSource[]
  /** what the fold chooses its best step and its post-processing on */
  inner: NamedSource[]
  /** what it predicts and is scored on */
  held: NamedSource[]
}

/**
 * Cuts images into folds by a seeded, stratified shuffle, and what each fold learns from into a part to train on and one to
 * choose on.
 * @param inner what a fold learns from is chosen on a part that it does not train on; else all of it is trained on
 * @param labelled learn from no more than the share of so many labelled images that lies outside of a fold: what is scored stays the same; null: from all
 * @throws DrydockError `nothing_to_do` with fewer images than folds, or fewer than two with ships
 */
export function planFolds(
  images: readonly NamedSource[],
  folds: number,
  seed: number,
  { inner: withInner = true, labelled = null }: { inner?: boolean; labelled?: number | null } = {},
): Fold[] {
  const groups = new Set(images.map(({ group }) => group)).size
  const withShips = images.filter(({ truth }) => truth.length > 0).length
  if (groups < folds || withShips < 2) {
    throw new DrydockError(
      'nothing_to_do',
      `${folds} folds need at least ${folds} marked images of different scenes, two of them with ships; there are ${groups}, ${withShips} images with ships. Mark more, or name fewer folds.`,
    )
  }
  return foldsOf(images, folds, seed).map((held, i) => {
    const all = images.filter((image) => !held.includes(image))
    const others =
      labelled === null ? all : someOf(all, (labelled * (folds - 1)) / folds, seedFrom(seed, i + 1))
    const inner = withInner ? innerOf(others, seedFrom(seed, i + 1)) : []
    return { number: i + 1, train: others.filter((image) => !inner.includes(image)), inner, held }
  })
}

/** So many of the images, those with ships in the same proportion: fewer are among more. */
function someOf(images: readonly NamedSource[], wanted: number, seed: number): NamedSource[] {
  const share = Math.min(1, wanted / images.length)
  const [shipped, empty] = [true, false].map((ships) => {
    const own = images.filter(({ truth }) => truth.length > 0 === ships)
    const order = foldsOf(own, own.length, seed).flat()
    return order.slice(0, Math.max(ships ? 2 : 1, Math.round(share * own.length)))
  })
  return [...shipped!, ...empty!]
}

/** The part whose number of ships is nearest to its share: one with hardly any says nothing, one with most leaves none to learn from. */
function innerOf(images: readonly NamedSource[], seed: number): NamedSource[] {
  const shipsOf = (of: readonly NamedSource[]): number => of.reduce((sum, { truth }) => sum + truth.length, 0)
  const share = shipsOf(images) / INNER_PARTS
  const parts = foldsOf(images, INNER_PARTS, seed)
  const distances = parts.map((part) => Math.abs(shipsOf(part) - share))
  return parts[distances.indexOf(Math.min(...distances))]!
}

/**
 * Takes a folder for the results of one cross-validation: what is in it already must have come from the same plan.
 * @param plan all that the results follow from, as plain values
 * @throws DrydockError `bad_input` where it holds another's
 */
export async function takeFolder(out: string, plan: unknown): Promise<void> {
  const file = join(out, 'plan.json')
  const text = canonicalJson(plan)
  const before = await readFile(file, 'utf8').catch(() => null)
  if (before !== null && before !== `${text}\n`) {
    throw new DrydockError(
      'bad_input',
      `${out} holds a cross-validation of other images, of another model, or with other options. Name another folder.`,
      { out },
    )
  }
  await mkdir(out, { recursive: true })
  if (before === null) await writeWhole(file, `${text}\n`)
}
