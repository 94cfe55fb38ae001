import { DEFAULT_CATEGORY } from '../../src-main/contract/words.ts'
import type { EditState, EditTruth } from '../../src-main/core/edit/edit.ts'
import type { Box } from '../../src-main/core/geometry/box.ts'
import type { Rle } from '../../src-main/core/mask/rle.ts'
import { boundsOf, equal } from '../../src-main/core/mask/rle.ts'
import type { InstanceMark, Layers } from './api.ts'
import type { InstanceRef } from './instance-ref.ts'
import type { Rgb } from './colours.ts'
import { IGNORED_RGB, MARK_HEX, MARK_RGB, instanceColour, instanceRgb, toHex } from './colours.ts'

/** An instance as it is drawn. */
export interface SceneInstance extends InstanceRef {
  rle: Rle
  bounds: Box
  rgb: Rgb
  /** what its pixels are filled with; null: they are not */
  fill: Rgb | null
  /** '#rrggbb' of rgb */
  hex: string
  mark: InstanceMark | null
  /** hatched and not filled: an area to ignore */
  ignored: boolean
  /** where its bow points, degrees clockwise from the top; null: not known */
  heading: number | null
  /** text of its tag; null: none */
  tag: string | null
}

/** What of an image is shown. */
export type SceneSettings = Pick<Layers, 'truth' | 'predictions' | 'marks' | 'colours'>

/** What of an instance its looks follow from. */
type Made = Pick<EditTruth, 'id' | 'rle' | 'colour' | 'category' | 'ignore' | 'heading'>

const knownBounds = new WeakMap<Rle, Box | null>()

function boundsOnce(rle: Rle, height: number): Box | null {
  const known = knownBounds.get(rle)
  if (known !== undefined) return known
  const bounds = boundsOf(rle, height)
  knownBounds.set(rle, bounds)
  return bounds
}

const lastMade = new WeakMap<Made, SceneInstance>()

/**
 * What is shown of an image, in drawing order: predictions below truth. Tags number the truth first, '1', '2', ..., then the predictions
 * that are shown, '~3', '~4', ... An instance that looks as it did before is the very one that was made then: whoever compares by
 * identity sees that nothing changed.
 */
export function sceneOf(content: EditState, layers: SceneSettings): SceneInstance[] {
  const { marks, predictions: which } = layers
  const { height } = content
  const scene: SceneInstance[] = []
  let number = content.truth.length
  for (const one of content.predictions) {
    const mark = marks?.get(one.id)
    const open = which === 'all' || mark !== undefined || one.decision === null
    if (which === 'none' || mark?.style === 'hidden' || !open) continue
    number++
    add(scene, sceneInstance('prediction', one, `~${number}`, layers, height))
  }
  if (!layers.truth) return scene
  // areas to ignore lie below what is in them
  for (const ignored of [true, false]) {
    content.truth.forEach((one, i) => {
      if ((one.ignore === true) === ignored)
        add(scene, sceneInstance('truth', one, String(i + 1), layers, height))
    })
  }
  return scene
}

function add(scene: SceneInstance[], one: SceneInstance | null): void {
  if (one) scene.push(one)
}

/** As it is drawn, with this tag where no mark has another; null: nothing is. */
function sceneInstance(
  kind: InstanceRef['kind'],
  one: Made,
  number: string,
  { marks, colours }: SceneSettings,
  imageHeight: number,
): SceneInstance | null {
  const { id, rle } = one
  const mark = marks?.get(id) ?? null
  if (mark?.style === 'hidden') return null
  const ignored = one.ignore === true
  const colour = colours?.get(one.category ?? DEFAULT_CATEGORY) ?? one.colour
  const rgb = mark ? MARK_RGB[mark.style] : ignored ? IGNORED_RGB : instanceRgb(colour)
  const tag = mark ? mark.tag : number
  const heading = one.heading ?? null
  const before = lastMade.get(one)
  // the hexadecimal colour follows from the rest
  const same = before?.rle === rle && before.kind === kind && before.rgb === rgb && before.tag === tag
  if (same && before.mark === mark && before.ignored === ignored && before.heading === heading) return before
  const bounds = boundsOnce(rle, imageHeight)
  if (bounds === null) return null
  const hex = mark ? MARK_HEX[mark.style] : ignored ? toHex(IGNORED_RGB) : instanceColour(colour)
  const fill = ignored || mark?.style === 'reference' ? null : rgb
  const now = { kind, id, rle, bounds, rgb, fill, hex, mark, tag, ignored, heading }
  lastMade.set(one, now)
  return now
}

/**
 * The same content with the masks of `before` where they are equal: whoever compares or caches by identity then sees that nothing
 * changed, although the content was read anew.
 */
export function keepMasks(before: EditState | null, content: EditState): EditState {
  if (before === null) return content
  const known = new Map<string, Rle>()
  for (const { id, rle } of [...before.truth, ...before.predictions]) known.set(id, rle)
  const keep = <T extends { id: string; rle: Rle }>(one: T): T => {
    const old = known.get(one.id)
    return old && old !== one.rle && equal(old, one.rle) ? { ...one, rle: old } : one
  }
  const keepAll = <T extends { id: string; rle: Rle }>(now: readonly T[], old: readonly T[]): readonly T[] =>
    now === old ? now : now.map(keep)
  return {
    ...content,
    truth: keepAll(content.truth, before.truth),
    predictions: keepAll(content.predictions, before.predictions),
  }
}
