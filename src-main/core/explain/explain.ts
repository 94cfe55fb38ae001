import type { ClusterSettings, HandChange } from '../../contract/wire.ts'
import type { Clusterer } from '../cluster/clusterer.ts'
import { separation } from '../cluster/merge.ts'
import type { Moments } from '../cluster/moments.ts'
import { makeDraft } from '../draft/draft.ts'
import type { DraftResult } from '../draft/draft.ts'
import { cutBetween, joinAll } from '../draft/surgery.ts'
import { VALUES } from '../draft/values.ts'
import type { Rle } from '../mask/rle.ts'
import { scoreImage } from '../metric/f2.ts'
import { overlapsBetween } from '../metric/overlap.ts'
import { levelOf } from '../metric/thresholds.ts'
import { IN_PIXELS, planeOf } from '../plane/plane.ts'
import { seenOf, shipsIn } from './ships.ts'
import type { Ship } from './ships.ts'

/** What mends a fault: a setting, or a change by hand; and the F2 of the image with it, 0..1. */
export type Cure = { f2: number } & (
  { by: 'setting'; settings: Partial<ClusterSettings> } | { by: 'hand'; change: HandChange }
)

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
export function explain(clusterer: Clusterer, recipe: Recipe, truth: readonly Rle[]): Explanation {
  const seen = seenOf(clusterer.inference, truth)
  const draftOf = (moved: Partial<ClusterSettings>, more: readonly HandChange[] = []): DraftResult =>
    makeDraft(clusterer, { ...recipe.settings, ...moved }, [...recipe.changes, ...more])
  const f2Of = ({ instances }: DraftResult): number =>
    scoreImage(
      truth,
      instances.map(({ rle }) => rle),
    ).f2
  const draft = draftOf({})
  const f2 = f2Of(draft)
  const ships = shipsIn(seen, draft.labels)
  const known: Known = {
    ...{ ships, draft, clusterer, settings: recipe.settings, taken: takenByHand(draft, truth) },
    cureBy(tried, isGone) {
      for (const settings of tried) {
        const other = draftOf(settings)
        const better = f2Of(other)
        if (better > f2 && isGone(shipsIn(seen, other.labels), other))
          return { by: 'setting', settings, f2: better }
      }
      return null
    },
    cureByHand(change) {
      if (!change) return null
      const better = f2Of(draftOf({}, [change]))
      return better > f2 ? { by: 'hand', change, f2: better } : null
    },
  }
  const findings = [...merged(known), ...ships.flatMap((ship, i) => ofShip(ship, i, known))].sort(
    (a, b) => (b.cure?.f2 ?? f2) - (a.cure?.f2 ?? f2),
  )
  return { f2, findings, losses: ships.map(({ loss }) => loss), homes: ships.map(homeOf) }
}

interface Known {
  ships: readonly Ship[]
  draft: DraftResult
  clusterer: Clusterer
  settings: ClusterSettings
  taken: Taken
  /** the first of these settings by which the fault is gone and the score rises */
  cureBy(
    tried: readonly Partial<ClusterSettings>[],
    isGone: (ships: readonly Ship[], draft: DraftResult) => boolean,
  ): Cure | null
  /** the change, where the score rises by it */
  cureByHand(change: HandChange | null): Cure | null
}

/** What a hand has seen to already, so that nothing need be said of it. */
interface Taken {
  /** clusters whose instances were changed */
  clusters: ReadonlySet<number>
  /** ships that a mask put there hits */
  ships: ReadonlySet<number>
}

function takenByHand({ clusters, instances }: DraftResult, truth: readonly Rle[]): Taken {
  const there = new Set(instances.map(({ cluster }) => cluster))
  const masks = instances.filter(({ cluster }) => cluster === -1).map(({ rle }) => rle)
  const hits = overlapsBetween(truth, masks).filter((overlap) => levelOf(overlap) > 0)
  return {
    clusters: new Set(
      clusters.flatMap(({ instance }, cluster) => (instance === null || there.has(cluster) ? [] : [cluster])),
    ),
    ships: new Set(hits.map(({ truth }) => truth)),
  }
}

/** The mask that came of a cluster. */
function maskOf({ instances }: DraftResult, cluster: number): Rle | null {
  return instances.find((one) => one.cluster === cluster)?.rle ?? null
}

/** The cluster that most of a ship lies in; null: none has so much of it. */
function homeOf({ clusters: [first], area }: Ship): number | null {
  return first && first.pixels > MOSTLY * area ? first.cluster : null
}

/** Values of a setting below or above one, the nearest first; of far ones every third: each costs a clustering. */
function from(
  setting: 'alpha' | 'sigma',
  value: number,
  direction: 'down' | 'up',
): Partial<ClusterSettings>[] {
  const down = direction === 'down'
  const values = VALUES[setting].filter((other) => other !== null && (down ? other < value : other > value))
  const near = down ? [...values].reverse() : values
  return near.filter((_, i) => i < 4 || i % 3 === 0).map((other) => ({ [setting]: other }))
}

function merged({ ships, draft, clusterer, settings, taken, cureBy, cureByHand }: Known): Finding[] {
  const byHome = new Map<number, number[]>()
  ships.forEach((ship, i) => {
    const home = homeOf(ship)
    if (home !== null && !taken.clusters.has(home)) byHome.set(home, [...(byHome.get(home) ?? []), i])
  })
  const pairs = [...byHome].flatMap(([home, together]) =>
    together.slice(1).map((b, i) => ({ home, a: nearestTo(b, together.slice(0, i + 1), ships), b })),
  )
  return pairs.map(({ home, a, b }) => {
    const [of, other] = [ships[a]!.embeddings, ships[b]!.embeddings]
    const [here, there] = [meanOf(of), meanOf(other)]
    const apart = Math.hypot(here.x - there.x, here.y - there.y)
    const told = separation(of, other)
    // they are told apart at alpha = `told`, so that the spreads along the line that tells them apart sum to `apart / told`
    const needed = told === 0 ? Infinity : (settings.alpha * apart) / told
    const mask = maskOf(draft, home)
    const cure =
      cureBy(from('alpha', settings.alpha, 'down'), (now) => {
        const [home, otherHome] = [homeOf(now[a]!), homeOf(now[b]!)]
        return home !== null && otherHome !== null && home !== otherHome
      }) ??
      cureByHand(
        mask &&
          cutBetween(
            { ...clusterer.inference, ...planeOf(clusterer.inference, IN_PIXELS) },
            mask,
            here,
            there,
          ),
      )
    return { kind: 'merged', ships: [a, b] as const, apart, needed, cure }
  })
}

/** Of ships in one cluster the one whose mean embedding lies nearest. @param others not empty */
function nearestTo(ship: number, others: readonly number[], ships: readonly Ship[]): number {
  const own = meanOf(ships[ship]!.embeddings)
  const away = others.map((other) => {
    const { x, y } = meanOf(ships[other]!.embeddings)
    return Math.hypot(x - own.x, y - own.y)
  })
  return others[away.indexOf(Math.min(...away))]!
}

function meanOf({ n, x, y }: Moments): { x: number; y: number } {
  return { x: x / n, y: y / n }
}

function ofShip(ship: Ship, i: number, known: Known): Finding[] {
  return divided(ship, i, known) ?? lost(ship, i, known) ?? smeared(ship, i, known)
}

/** One ship in several clusters. */
function divided(ship: Ship, i: number, known: Known): Finding[] | null {
  const { draft, clusterer, settings, taken, cureBy, cureByHand } = known
  const parts = ship.clusters.filter(({ pixels }) => pixels >= PARTLY * ship.area)
  const [a, b] = parts
  if (!a || !b || parts.some(({ cluster }) => taken.clusters.has(cluster))) return null
  const [of, other] = [draft.clusters[a.cluster]!.centre, draft.clusters[b.cluster]!.centre]
  const apart = Math.hypot(of[0] - other[0], of[1] - other[1])
  const masks = parts.flatMap(({ cluster }) => maskOf(draft, cluster) ?? [])
  const cure =
    cureBy(from('alpha', settings.alpha, 'up'), (now) => homeOf(now[i]!) !== null) ??
    cureByHand(masks.length < 2 ? null : joinAll(clusterer.inference, masks))
  return [{ kind: 'divided', ship: i, clusters: parts.length, apart, cure }]
}

/** A ship that is in no instance: its cluster is too small or too unsure, or it has none. */
function lost(ship: Ship, i: number, { draft, settings, taken, cureBy }: Known): Finding[] | null {
  if (taken.ships.has(i)) return []
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

/** Embeddings that lie far from their mean, though together; a coarser smoothing may gather them. */
function smeared({ spread, area }: Ship, i: number, { settings, taken, cureBy }: Known): Finding[] {
  const usual = Math.max(LEAST_SPREAD, SMEARED * Math.sqrt(area / Math.PI))
  if (spread <= usual || taken.ships.has(i)) return []
  const cure = cureBy(from('sigma', settings.sigma ?? 0, 'up'), (now) => homeOf(now[i]!) !== null)
  return [{ kind: 'smeared', ship: i, spread, usual, cure }]
}
