import { DEFAULT_CATEGORY } from '../../src-main/contract/words.ts'
import type { EditState, EditTruth } from '../../src-main/core/edit/edit.ts'
import type { Box } from '../../src-main/core/geometry/box.ts'
import type { Rle } from '../../src-main/core/mask/rle.ts'
import { boundsOf, equal } from '../../src-main/core/mask/rle.ts'
import type { InstanceMark, InstanceRef, Layers } from './api.ts'
import type { Rgb } from './colours.ts'
import { IGNORED_RGB, MARK_HEX, MARK_RGB, instanceColour, instanceRgb, toHex } from './colours.ts'

/** An instance as it is drawn. */
export interface SceneInstance extends InstanceRef {
  rle: Rle
  bounds: Box
  rgb: Rgb
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

/** The very instance that was made of `one` before, where it looks the same: whoever compares by identity sees that nothing changed. */
function unlessAsBefore(one: Made, now: SceneInstance): SceneInstance {
  const before = lastMade.get(one)
  if (before && KEYS.every((key) => before[key] === now[key])) return before
  lastMade.set(one, now)
  return now
}

const KEYS = ['kind', 'rle', 'rgb', 'hex', 'mark', 'tag', 'ignored', 'heading'] as const

/**
 * What is shown of an image, in drawing order: predictions below truth. Tags number the truth first, '1', '2', ..., then the predictions
 * that are shown, '~3', '~4', ...
 */
export function sceneOf(content: EditState, layers: SceneSettings): SceneInstance[] {
  const { marks } = layers
  const predictions = content.predictions.filter(
    ({ id, decision }) =>
      layers.predictions !== 'none' &&
      marks?.get(id)?.style !== 'hidden' &&
      (layers.predictions === 'all' || marks?.has(id) || decision === null),
  )
  const truth = layers.truth ? content.truth : []
  const numbers = new Map<string, string>()
  content.truth.forEach(({ id }) => numbers.set(id, String(numbers.size + 1)))
  predictions.forEach(({ id }) => numbers.set(id, `~${numbers.size + 1}`))
  const make = (kind: InstanceRef['kind'], one: Made): SceneInstance[] => {
    const { id, rle, colour: own, category, ignore, heading } = one
    const colour = layers.colours?.get(category ?? DEFAULT_CATEGORY) ?? own
    const ignored = ignore === true
    const bounds = boundsOnce(rle, content.height)
    const mark = marks?.get(id) ?? null
    if (bounds === null || mark?.style === 'hidden') return []
    const rgb = mark ? MARK_RGB[mark.style] : ignored ? IGNORED_RGB : instanceRgb(colour)
    const tag = mark ? mark.tag : (numbers.get(id) ?? null)
    const hex = mark ? MARK_HEX[mark.style] : ignored ? toHex(IGNORED_RGB) : instanceColour(colour)
    const now = { kind, id, rle, bounds, rgb, hex, mark, tag, ignored, heading: heading ?? null }
    return [unlessAsBefore(one, now)]
  }
  return [
    ...predictions.flatMap((one) => make('prediction', one)),
    // areas to ignore lie below what is in them
    ...truth.filter(({ ignore }) => ignore === true).flatMap((one) => make('truth', one)),
    ...truth.filter(({ ignore }) => ignore !== true).flatMap((one) => make('truth', one)),
  ]
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
  return { ...content, truth: content.truth.map(keep), predictions: content.predictions.map(keep) }
}
