import type { ReviewedImage } from '../../../src-main/contract/wire.ts'

/** Images whose scores lie near each other: a step from the set's score down to theirs. */
export interface ScoreBand {
  name: string
  images: readonly ReviewedImage[]
  /** of the points that the set's mean is under 1, those that these images cost; they add up to 1 - mean */
  cost: number
}

const BANDS: readonly { name: string; holds: (f2: number) => boolean }[] = [
  { name: 'at 0', holds: (f2) => f2 === 0 },
  { name: 'over 0, under 0.5', holds: (f2) => f2 > 0 && f2 < 0.5 },
  { name: 'from 0.5 to under 1', holds: (f2) => f2 >= 0.5 && f2 < 1 },
  { name: 'at 1', holds: (f2) => f2 === 1 },
]

/** How the score of a set comes about: its mean, by bands of the images' scores, and the images without a ship, which score 1 or 0. */
export function explainSet(images: readonly ReviewedImage[]): {
  /** null without images */
  mean: number | null
  bands: ScoreBand[]
  /** without a ship: those where nothing was found score 1, all others 0 */
  empty: { clean: number; alarmed: number }
} {
  const bands = BANDS.map(({ name, holds }) => {
    const within = images.filter(({ f2 }) => holds(f2)).sort((a, b) => a.f2 - b.f2)
    return { name, images: within, cost: within.reduce((sum, { f2 }) => sum + 1 - f2, 0) / images.length }
  }).filter((band) => band.images.length > 0)
  const empty = images.filter(({ recall }) => recall.every(({ ships }) => ships === 0))
  const clean = empty.filter(({ f2 }) => f2 === 1).length
  return {
    mean: images.length === 0 ? null : images.reduce((sum, { f2 }) => sum + f2, 0) / images.length,
    bands,
    empty: { clean, alarmed: empty.length - clean },
  }
}
