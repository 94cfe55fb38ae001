import type { SparseInference } from '../../contract/engine.ts'
import type { Calibration, ClusterSettings, HandChange } from '../../contract/wire.ts'
import { separation } from '../cluster/merge.ts'
import type { Moments } from '../cluster/moments.ts'
import { makeDraft } from '../draft/draft.ts'
import type { DraftResult } from '../draft/draft.ts'
import { VALUES } from '../draft/values.ts'
import type { Rle } from '../mask/rle.ts'
import { scoreImage } from '../metric/f2.ts'
import { shipsOf } from './ships.ts'
import type { Ship } from './ships.ts'

/** A setting that mends what was found. */
export interface Cure {
  settings: Partial<ClusterSettings>
  /** F2 of the image with it, 0..1 */
  f2: number
}

/** Something that goes wrong in the embedding. Ships are places in the truth, from 0. */
export type Finding = { cure: Cure | null } & (
  | {
      kind: 'merged'
      ships: readonly [number, number]
      /** between the means of their embeddings, px */
      apart: number
      /** how far they would have to lie apart to be told apart at this alpha, px */
      needed: number
    }
  | {
      kind: 'divided'
      ship: number
      clusters: number
      /** between the means of the two largest, px */ apart: number
    }
  | { kind: 'smeared'; ship: number; /** px */ spread: number; /** px */ usual: number }
  | { kind: 'faint'; ship: number; /** mean, 0..1 */ foreground: number; threshold: number }
  | { kind: 'small'; ship: number; /** of its cluster, px */ pixels: number; minArea: number }
  | { kind: 'unsure'; ship: number; /** of its cluster, 0..1 */ score: number; minScore: number }
)

export interface Explanation {
  /** F2 as it is, 0..1 */
  f2: number
  /** those that mend most first */
  findings: readonly Finding[]
  /** by ship, eq. 5 for it alone, px; null: the network sees none of its pixels */
  losses: readonly (number | null)[]
  /** by ship: the cluster that most of it lies in; null: none */
  homes: readonly (number | null)[]
  /** by ship: the embeddings of its pixels; n = 0: the network sees none of them */
  embeddings: readonly Moments[]
}

/** A ship is in a cluster that has this share of its pixels, and divided among those that have that share each. */
const [MOSTLY, PARTLY] = [0.5, 0.2]

/** Embeddings are smeared that spread further than this share of the radius of a disk of the ship's area, and some px at least. */
const [SMEARED, LEAST_SPREAD] = [0.6, 2]

export interface Recipe {
  settings: ClusterSettings
  changes: readonly HandChange[]
}

/** Says what goes wrong in the embedding of an image with truth. */
export function explain(
  inference: SparseInference,
  recipe: Recipe,
  calibration: Calibration | null,
  truth: readonly Rle[],
): Explanation {
  const draftOf = (settings: Partial<ClusterSettings>): DraftResult =>
    makeDraft(inference, { ...recipe.settings, ...settings }, calibration, recipe.changes)
  const f2Of = ({ instances }: DraftResult): number =>
    scoreImage(
      truth,
      instances.map(({ rle }) => rle),
    ).f2
  const draft = draftOf({})
  const f2 = f2Of(draft)
  const ships = shipsOf(inference, draft.labels, truth)
  /** the first of these settings by which the fault is gone and the score rises */
  const cureBy = (
    tried: readonly Partial<ClusterSettings>[],
    isGone: (ships: readonly Ship[], draft: DraftResult) => boolean,
  ): Cure | null => {
    for (const settings of tried) {
      const other = draftOf(settings)
      const better = f2Of(other)
      if (better > f2 && isGone(shipsOf(inference, other.labels, truth), other))
        return { settings, f2: better }
    }
    return null
  }
  const known = { ships, draft, settings: recipe.settings, cureBy }
  const findings = [...merged(known), ...ships.flatMap((ship, i) => ofShip(ship, i, known))].sort(
    (a, b) => (b.cure?.f2 ?? f2) - (a.cure?.f2 ?? f2),
  )
  return {
    ...{ f2, findings, losses: ships.map(({ loss }) => loss), homes: ships.map(homeOf) },
    embeddings: ships.map(({ embeddings }) => embeddings),
  }
}

interface Known {
  ships: readonly Ship[]
  draft: DraftResult
  settings: ClusterSettings
  cureBy(
    tried: readonly Partial<ClusterSettings>[],
    isGone: (ships: readonly Ship[], draft: DraftResult) => boolean,
  ): Cure | null
}

/** The cluster that most of a ship lies in; null: none has so much of it. */
function homeOf({ clusters: [first], area }: Ship): number | null {
  return first && first.pixels > MOSTLY * area ? first.cluster : null
}

/** Alphas below or above one, the nearest first. */
function alphasFrom(alpha: number, direction: 'down' | 'up'): Partial<ClusterSettings>[] {
  const down = direction === 'down'
  const values = VALUES.alpha.filter((value) => (down ? value < alpha : value > alpha))
  const near = down ? [...values].reverse() : values
  // the nearest ones, then every third: each costs a clustering
  return near.filter((_, i) => i < 4 || i % 3 === 0).map((value) => ({ alpha: value }))
}

function merged({ ships, settings, cureBy }: Known): Finding[] {
  const byHome = new Map<number, number[]>()
  ships.forEach((ship, i) => {
    const home = homeOf(ship)
    if (home !== null) byHome.set(home, [...(byHome.get(home) ?? []), i])
  })
  return [...byHome.values()].flatMap((together) => {
    const [a, b] = together
    if (a === undefined || b === undefined) return []
    const [of, other] = [ships[a]!.embeddings, ships[b]!.embeddings]
    const apart = Math.hypot(of.x / of.n - other.x / other.n, of.y / of.n - other.y / other.n)
    const told = separation(of, other)
    // they are told apart at alpha = `told`, so that the spreads along the line that tells them apart sum to `apart / told`
    const needed = told === 0 ? Infinity : (settings.alpha * apart) / told
    const cure = cureBy(alphasFrom(settings.alpha, 'down'), (now) => {
      const [home, otherHome] = [homeOf(now[a]!), homeOf(now[b]!)]
      return home !== null && otherHome !== null && home !== otherHome
    })
    return [{ kind: 'merged', ships: [a, b] as const, apart, needed, cure }]
  })
}

function ofShip(ship: Ship, i: number, known: Known): Finding[] {
  return divided(ship, i, known) ?? lost(ship, i, known) ?? smeared(ship, i)
}

/** One ship in several clusters. */
function divided(ship: Ship, i: number, { draft, settings, cureBy }: Known): Finding[] | null {
  const parts = ship.clusters.filter(({ pixels }) => pixels >= PARTLY * ship.area)
  const [a, b] = parts
  if (!a || !b) return null
  const [of, other] = [draft.clusters[a.cluster]!.centre, draft.clusters[b.cluster]!.centre]
  const apart = Math.hypot(of[0] - other[0], of[1] - other[1])
  const cure = cureBy(alphasFrom(settings.alpha, 'up'), (now) => homeOf(now[i]!) !== null)
  return [{ kind: 'divided', ship: i, clusters: parts.length, apart, cure }]
}

/** A ship that is in no instance: its cluster is too small or too unsure, or it has none. */
function lost(ship: Ship, i: number, { draft, settings, cureBy }: Known): Finding[] | null {
  const home = homeOf(ship)
  if (home === null) {
    const below = [...VALUES.foreground].reverse().filter((value) => value < settings.foreground)
    const threshold = settings.foreground
    const cure = cureBy(
      below.filter((value) => value <= ship.foreground).map((foreground) => ({ foreground })),
      (now) => homeOf(now[i]!) !== null,
    )
    return [{ kind: 'faint', ship: i, foreground: ship.foreground, threshold, cure }]
  }
  const cluster = draft.clusters[home]!
  if (cluster.pixels < settings.minArea) {
    const minArea = [...VALUES.minArea].reverse().find((value) => value <= cluster.pixels) ?? 1
    const cure = cureBy([{ minArea }], () => true)
    return [{ kind: 'small', ship: i, pixels: cluster.pixels, minArea: settings.minArea, cure }]
  }
  if (cluster.score < settings.minScore) {
    const minScore = [...VALUES.minScore].reverse().find((value) => value <= cluster.score) ?? 0
    const cure = cureBy([{ minScore }], () => true)
    return [{ kind: 'unsure', ship: i, score: cluster.score, minScore: settings.minScore, cure }]
  }
  return null
}

function smeared({ spread, area }: Ship, i: number): Finding[] {
  const usual = Math.max(LEAST_SPREAD, SMEARED * Math.sqrt(area / Math.PI))
  return spread > usual ? [{ kind: 'smeared', ship: i, spread, usual, cure: null }] : []
}
