import type { RunComparison } from '../../contract/wire.ts'
import type { Rle } from '../mask/rle.ts'
import { areaOf } from '../mask/rle.ts'
import { differenceOf } from './difference.ts'
import { scoreOverlaps } from './f2.ts'
import { MaskIndex, overlapsWith } from './overlap.ts'
import { areaClass, areaName, AREAS } from './report.ts'
import { touchingMasks } from './touching.ts'

/** Bootstrap samples of a comparison. */
const SAMPLES = 2000

/** One image that both runs have reached. */
export interface ImageToCompare {
  image: number
  path: string
  truth: readonly { rle: Rle; category: string | null }[]
  first: readonly Rle[]
  second: readonly Rle[]
  /** px */
  height: number
}

type Scored = ReturnType<typeof scoreOverlaps>
type Group = RunComparison['groups'][number]

/** Two runs against the same truth, image by image: what differs, where, and whether by more than chance. */
export class Comparing {
  readonly #images: RunComparison['images'] = []
  readonly #scores: { first: Scored; second: Scored }[] = []
  readonly #groups = new Map<string, Group>()
  /** of each group among them */
  readonly #place = new Map<Group, number>()
  readonly #falseAlarms = { first: 0, second: 0 }
  readonly #shared = { both: 0, first: 0, second: 0 }
  #agreement = 0

  constructor() {
    for (const [from, to] of AREAS) this.#group('size', areaName(from, to))
    for (const name of ['touching', 'lone']) this.#group('place', name)
  }

  add({ image, path, truth, first, second, height }: ImageToCompare): void {
    const masks = truth.map(({ rle }) => rle)
    const [firsts, seconds] = [MaskIndex.of(first), MaskIndex.of(second)]
    const scored = (index: MaskIndex): Scored =>
      scoreOverlaps(overlapsWith(masks, index), masks.length, index.areas.length)
    const scores = { first: scored(firsts), second: scored(seconds) }
    this.#scores.push(scores)
    const held = new Set<Group>()
    this.#falseAlarms.first += scores.first.thresholds[0]!.fp
    this.#falseAlarms.second += scores.second.thresholds[0]!.fp
    const { agreement, both } = agreementOf(first, seconds)
    this.#agreement += agreement
    this.#shared.both += both
    this.#shared.first += first.length - both
    this.#shared.second += second.length - both
    const found = {
      first: new Set(scores.first.matches[0]!.map((match) => match.truth)),
      second: new Set(scores.second.matches[0]!.map((match) => match.truth)),
    }
    const touching = touchingMasks(masks, height)
    truth.forEach(({ rle, category }, t) => {
      const [from, to] = AREAS[areaClass(areaOf(rle))]!
      const groups = [
        this.#group('size', areaName(from, to)),
        this.#group('place', touching[t] ? 'touching' : 'lone'),
        this.#group('category', category ?? 'ship'),
      ]
      for (const group of groups) {
        held.add(group)
        group.ships++
        if (found.first.has(t)) group.first++
        if (found.second.has(t)) group.second++
      }
    })
    const places = Array.from(held, (group) => this.#place.get(group)!).sort((a, b) => a - b)
    const { first: before, second: after } = scores
    this.#images.push({ image, path, first: before.f2, second: after.f2, agreement, groups: places })
  }

  /** @param seed of the bootstrap: the same one gives the same intervals. @returns null without images */
  result(seed = 1): Omit<RunComparison, 'runs'> | null {
    if (this.#images.length === 0) return null
    const [first, second] = [this.#scores.map((one) => one.first), this.#scores.map((one) => one.second)]
    const ahead = (sign: number): number =>
      this.#images.filter((one) => sign * (one.second - one.first) > 0).length
    const [wins, losses] = [ahead(1), ahead(-1)]
    return {
      // how much the second is above the first
      difference: differenceOf(second, first, { samples: SAMPLES, seed }),
      ...{ wins, losses, unchanged: this.#images.length - wins - losses },
      images: this.#images.toSorted((a, b) => a.second - a.first - (b.second - b.first) || a.image - b.image),
      groups: [...this.#groups.values()],
      falseAlarms: this.#falseAlarms,
      ...{ agreement: this.#agreement / this.#images.length, shared: this.#shared },
    }
  }

  #group(by: Group['by'], name: string): Group {
    const key = `${by} ${name}`
    const known = this.#groups.get(key) ?? { by, name, ships: 0, first: 0, second: 0 }
    this.#groups.set(key, known)
    if (!this.#place.has(known)) this.#place.set(known, this.#place.size)
    return known
  }
}

/** How far two say the same of one image, whoever is right: F1 at each of the ten thresholds, their mean. The same from either side. `both`: pairs over 0.5 */
function agreementOf(first: readonly Rle[], second: MaskIndex): { agreement: number; both: number } {
  const { thresholds } = scoreOverlaps(overlapsWith(first, second), first.length, second.areas.length)
  const f1 = thresholds.map(({ tp, fp, fn }) => (tp + fp + fn === 0 ? 1 : (2 * tp) / (2 * tp + fp + fn)))
  return { agreement: f1.reduce((sum, value) => sum + value, 0) / f1.length, both: thresholds[0]!.tp }
}
