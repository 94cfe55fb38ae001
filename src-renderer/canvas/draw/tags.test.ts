import { expect, it } from 'vitest'
import { overlapOf } from '../../../src-main/core/geometry/box.ts'
import type { EditState } from '../../../src-main/core/edit/edit.ts'
import { fromPredicate } from '../../../src-main/core/mask/rle.ts'
import { DEFAULT_LAYERS } from '../api.ts'
import { sceneOf } from '../scene.ts'
import { placeTags } from './tags.ts'

const SIZE = { width: 200, height: 200 }

/** Ships moored side by side, 6 px wide, and one at the image's top left corner. */
function scene(count: number) {
  const content: EditState = {
    ...SIZE,
    status: 'done',
    flag: { flagged: false, comment: '' },
    truth: Array.from({ length: count }, (_, i) => ({
      id: `t${i}`,
      origin: 'drawn' as const,
      edited: false,
      colour: 0,
      rle: fromPredicate(SIZE, () => true, { x: i * 6, y: 0, width: 6, height: 30 }),
    })),
    predictions: [
      { id: 'p', colour: 0, decision: null, rle: fromPredicate(SIZE, (x, y) => x > 150 && y > 150) },
      { id: 'q', colour: 0, decision: 'rejected', rle: fromPredicate(SIZE, (x, y) => x < 50 && y > 150) },
    ],
  }
  return sceneOf(content, DEFAULT_LAYERS)
}

const frame = (scale: number) => ({
  camera: { scale, x: 0, y: 0 },
  width: 400,
  height: 400,
  visible: { x: 0, y: 0, ...SIZE },
  ratio: 1,
})
const widthOf = (text: string) => text.length * 7

it('tags lie in view, never one over another, beside the ships where there is room', () => {
  const instances = scene(12)
  const tags = placeTags(instances, frame(2), widthOf)
  expect(tags.length).toBeGreaterThan(4)
  for (const tag of tags) {
    expect(tag.box.x >= 0 && tag.box.y >= 0 && tag.box.x + tag.box.width <= 400).toBe(true)
    expect(tags.filter((other) => overlapOf(other.box, tag.box))).toEqual([tag])
  }
  const first = tags.find(({ id }) => id === 't0')!
  expect(first.box.y).toBeGreaterThanOrEqual(60)
})

it('truth is numbered first, open predictions after it with a tilde; decided ones are not shown', () => {
  const texts = placeTags(scene(2), frame(2), widthOf).map(({ id, text }) => [id, text])
  expect(Object.fromEntries(texts)).toEqual({ t0: '1', t1: '2', p: '~3' })
})

it('there are no tags where there are too many instances or they are too small', () => {
  const many = Array.from({ length: 20 }, () => scene(12)).flat()
  expect(placeTags(many, frame(2), widthOf)).toEqual([])
  expect(placeTags(scene(3), frame(0.1), widthOf)).toEqual([])
})
