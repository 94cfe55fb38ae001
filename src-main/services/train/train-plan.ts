import type { Mapping } from '../../contract/wire.ts'
import type { Rle } from '../../core/mask/rle.ts'

/** An image to train or validate on: a finished one, read from its file when it is needed. */
export interface TrainSource {
  file: string
  /** px, orientation applied */
  width: number
  height: number
  /** its ships; empty = there is none */
  truth: Rle[]
  /** areas where nobody can tell; left out: none */
  ignored?: Rle[]
  /** SHA-256 of the file */
  content: string
  /** how its samples become 8 bits; default: as is chosen for it */
  mapping?: Mapping | undefined
  /** images of one scene have the same: they are never on both sides of a split */
  group: number
}

/** How much of a training is synthetic. */
export interface SyntheticShare {
  /** share of crops, 0..1 */
  share: number
  /** number of different scenes; null = every one is new */
  scenes: number | null
}

/** All that the batches of a training follow from. */
export interface TrainPlan {
  sources: TrainSource[]
  validation: TrainSource[]
  /** images that the version started from was not trained on: with those to validate on they choose post-processing */
  further: TrainSource[]
  synthetic: SyntheticShare
  seed: number
  batch: number
  /** side in px */
  crop: number
  /** crops show an image enlarged up to so many times */
  magnify: number
  /** crops are centred on ships drawn by their area to the minus this */
  sizeExponent: number
  /** share of crops around what the weights of now take for ships wrongly, 0..0.4 */
  falseAlarmShare: number
}

/** A part of an image that is validated on: whole images up to this side, else windows of larger ones. */
export const VALIDATION_SIDE = 768

/** More windows than these would take longer than the training between two validations. */
const MOST_WINDOWS = 24

/** Synthetic images that are validated on where most of the training is synthetic, or no marked image is left for it. */
const SYNTHETIC_WINDOWS = 12

/** More further images than these say little more, and each takes a good part of a second. */
const MOST_FURTHER = 48

/** Among so many there are false alarms enough; some are looked at between two validations. */
const MOST_TRAINED = 240

export type ValidationWindow =
  | { kind: 'image'; source: number; x: number; y: number; width: number; height: number }
  | { kind: 'synthetic'; seed: number }

/**
 * What a training is validated on: all validation images; of images larger than 768 px a side the windows of a
 * grid, those with most ships first. Where there are none, or most crops are synthetic, also synthetic images of
 * their own seeds: a handful of marked images says too little about a long training from scratch.
 */
export function validationWindows(plan: Pick<TrainPlan, 'validation' | 'synthetic'>): ValidationWindow[] {
  const marked = windowsInTurn(plan.validation).slice(0, MOST_WINDOWS)
  if (marked.length > 0 && plan.synthetic.share <= 0.5) return marked
  const synthetic = Array.from({ length: SYNTHETIC_WINDOWS }, (_, i) => ({
    kind: 'synthetic' as const,
    seed: 0x7a000000 + i,
  }))
  return [...marked, ...synthetic]
}

export type ImageWindow = Extract<ValidationWindow, { kind: 'image' }>

/** The windows of further images, as those of validation images are chosen. */
export function furtherWindows({ further }: Pick<TrainPlan, 'further'>): ImageWindow[] {
  return windowsInTurn(further).slice(0, MOST_FURTHER)
}

/** The windows of images that are trained on, to look for false alarms on. */
export function trainedWindows({
  sources,
  falseAlarmShare,
}: Pick<TrainPlan, 'sources' | 'falseAlarmShare'>): ImageWindow[] {
  return falseAlarmShare === 0 ? [] : windowsInTurn(sources).slice(0, MOST_TRAINED)
}

/** Of each image the window with most ships, then of each the next: one huge scene does not crowd out the others. */
function windowsInTurn(sources: readonly TrainSource[]): ImageWindow[] {
  const windows = sources.flatMap((source, index) => windowsOf(source, index))
  windows.sort((a, b) => a.rank - b.rank || a.window.source - b.window.source)
  return windows.map(({ window }) => window)
}

function windowsOf(source: TrainSource, index: number): { window: ImageWindow; rank: number }[] {
  const cells = (size: number): number => Math.ceil(size / VALIDATION_SIDE)
  const [columns, rows] = [cells(source.width), cells(source.height)]
  const windows = Array.from({ length: columns * rows }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)]
    const x = Math.floor((column * source.width) / columns)
    const y = Math.floor((row * source.height) / rows)
    const width = Math.floor(((column + 1) * source.width) / columns) - x
    const height = Math.floor(((row + 1) * source.height) / rows) - y
    const ships = source.truth.filter((rle) => {
      const position = (rle[0] ?? 1) - 1
      const [px, py] = [Math.floor(position / source.height), position % source.height]
      return px >= x && py >= y && px < x + width && py < y + height
    }).length
    return { window: { kind: 'image' as const, source: index, x, y, width, height }, ships }
  })
  windows.sort((a, b) => b.ships - a.ships)
  return windows.map(({ window }, rank) => ({ window, rank }))
}

/** How many crops it takes to see every image once. */
export function cropsOf(sources: readonly TrainSource[], crop: number): number {
  return sources.reduce((sum, { width, height }) => sum + Math.ceil((width * height) / (crop * crop)), 0)
}
