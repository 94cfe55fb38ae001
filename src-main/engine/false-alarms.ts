import type { FalseAlarms } from '../contract/engine.ts'
import type { ClusterSettings } from '../contract/wire.ts'
import type { TuneImage } from '../core/tune/candidates.ts'
import { falseAlarmsOf } from '../core/tune/false-alarms.ts'

/** Training images that are looked at between two validations: the others in turn. */
const MOST_LOOKED_AT = 24

/** Batches of so many steps may have been asked for before a look ends; the first that knows of it comes after them. */
const AHEAD = 8

interface Options {
  /** training images that can be looked at; 0: nothing is done */
  images: number
  /** what a checkpoint kept */
  lists: readonly FalseAlarms[]
  /** who makes the batches */
  tell: (alarms: FalseAlarms) => void
}

/**
 * Where a training's weights see ships on training images that have none there. It looks now and then; crops around such places are trained on
 * until the next look.
 */
export class FalseAlarmsSoFar {
  /** by rising step, from the one in use on */
  lists: FalseAlarms[]
  private readonly images: number
  private readonly tell: Options['tell']

  constructor({ images, lists, tell }: Options) {
    this.images = images
    this.lists = [...lists]
    this.tell = tell
    for (const list of this.lists) tell(list)
  }

  /**
   * Looks at the next images in turn; what is known of the others stays.
   * @param turn how often it has looked before
   * @param see an image as the weights of now see it
   */
  async look(
    step: number,
    turn: number,
    settings: ClusterSettings,
    see: (image: number) => Promise<TuneImage>,
  ): Promise<void> {
    const { images } = this
    if (images === 0) return
    const count = Math.min(MOST_LOOKED_AT, images)
    const looked = new Set(Array.from({ length: count }, (_, i) => (turn * count + i) % images))
    const from = step + AHEAD
    const before = this.lists.filter((list) => list.from < from)
    const places = (before.at(-1)?.places ?? []).filter(({ image }) => !looked.has(image))
    for (const image of looked) {
      for (const place of falseAlarmsOf(await see(image), settings)) places.push({ image, ...place })
    }
    const list = { from, places }
    this.lists = [...before, list].filter((_, i, all) => (all[i + 1]?.from ?? Infinity) > step)
    this.tell(list)
  }
}
