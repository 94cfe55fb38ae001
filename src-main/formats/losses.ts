import { areaOf, boundsOf } from '../core/mask/rle.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { componentsOf } from '../core/mask/components.ts'
import { areDisjoint } from '../core/metric/overlap.ts'
import { DEFAULT_CATEGORY } from './format.ts'
import type { CanHold, LabelledInstance, Notes } from './format.ts'
import { hasHoles } from './shapes.ts'
import { difficultyOf } from './values.ts'

/** What a format would lose of the instances it was shown. */
export class Losses {
  readonly #can: CanHold
  #holes = 0
  #parts = 0
  #shapes = 0
  #scores = 0
  #overlapping = 0
  #ignored = 0
  #noted = 0
  readonly #categories = new Set<string>()

  constructor(can: CanHold) {
    this.#can = can
  }

  /** Whether anything can be lost at all: if not, nobody need look. */
  static possible(can: CanHold): boolean {
    return !Object.values(can).every(Boolean)
  }

  /** Looks at the instances of one image. @param ignored how many areas to ignore it has */
  add(instances: readonly Omit<LabelledInstance, 'line'>[], { height }: Size, ignored = 0): void {
    this.#ignored += ignored
    const { shapes, holes, parts, overlap } = this.#can
    for (const { rle, category, score, ...notes } of instances) {
      if (this.#losesNotes(notes)) this.#noted++
      if (score !== null) this.#scores++
      this.#categories.add(category ?? DEFAULT_CATEGORY)
      if (!shapes) {
        if (!isBox(rle, height)) this.#shapes++
        continue
      }
      if (!holes && hasHoles(rle, height)) this.#holes++
      if (!parts && componentsOf(rle, height, 8).length > 1) this.#parts++
    }
    if (!overlap && !areDisjoint(instances.map(({ rle }) => rle))) this.#overlapping++
  }

  #losesNotes({ heading, attributes = {} }: Notes): boolean {
    const { notes } = this.#can
    if (notes === 'all') return false
    const { difficult, ...others } = attributes
    const held = difficult === undefined || (notes === 'difficult' && difficultyOf({ attributes }) !== null)
    return heading !== undefined || !held || Object.keys(others).length > 0
  }

  /** What is lost, each as a phrase: 'holes of 3 instances', 'scores'. */
  get list(): string[] {
    const { turned, scores, categories, ignored } = this.#can
    const lost: string[] = []
    if (this.#shapes > 0) {
      lost.push(`the shapes of ${counted(this.#shapes)} (only ${turned ? 'turned boxes' : 'boxes'} are kept)`)
    }
    if (this.#holes > 0) lost.push(`holes of ${counted(this.#holes)}`)
    if (this.#parts > 0) lost.push(`separate parts of ${counted(this.#parts)}`)
    if (this.#overlapping > 0) {
      const images = `${this.#overlapping} ${this.#overlapping === 1 ? 'image' : 'images'}`
      lost.push(`pixels that instances share, on ${images}: the first keeps them`)
    }
    if (!scores && this.#scores > 0) lost.push('scores')
    if (!categories && [...this.#categories].some((name) => name !== DEFAULT_CATEGORY))
      lost.push('categories')
    if (this.#noted > 0) lost.push(`heading and attributes of ${counted(this.#noted)}`)
    if (!ignored && this.#ignored > 0)
      lost.push(this.#ignored === 1 ? '1 area to ignore' : `${this.#ignored} areas to ignore`)
    return lost
  }
}

function counted(instances: number): string {
  return `${instances} ${instances === 1 ? 'instance' : 'instances'}`
}

function isBox(rle: Rle, height: number): boolean {
  const box = boundsOf(rle, height)
  return box === null || box.width * box.height === areaOf(rle)
}
