import fc from 'fast-check'
import { expect, it } from 'vitest'
import { overlapOf } from '../../../src-main/core/geometry/box.ts'
import { fromPredicate } from '../../../src-main/core/mask/rle.ts'
import type { SceneInstance } from '../scene.ts'
import type { Seen } from './changes.ts'
import { differences, fillParts, reachOf } from './changes.ts'

const SIZE = { width: 40, height: 40 }

function seen(id: string, selected = false, change: Partial<SceneInstance> = {}): [string, Seen] {
  const bounds = { x: 4, y: 6, width: 10, height: 3 }
  const instance: SceneInstance = {
    ...{ kind: 'truth', id, bounds, rgb: [1, 2, 3], hex: '#010203', mark: null, tag: null, ignored: false },
    ...{ rle: MASK, heading: null, fill: null },
    ...change,
  }
  return [id, { instance, selected }]
}

const MASK = fromPredicate(SIZE, () => true, { x: 4, y: 6, width: 10, height: 3 })

it('finds what came, went, or looks otherwise, as it was and as it is', () => {
  const before = new Map([seen('same'), seen('gone'), seen('chosen'), seen('moved'), seen('recoloured')])
  const mask = fromPredicate(SIZE, () => true, { x: 9, y: 9, width: 2, height: 2 })
  const now = new Map([
    seen('same'),
    seen('chosen', true),
    seen('moved', false, { rle: mask }),
    seen('recoloured', false, { hex: '#ffffff' }),
    seen('new'),
  ])
  const ids = differences(before, now).map(({ instance }) => instance.id)
  expect(ids.toSorted()).toEqual(
    ['gone', 'new', ...['chosen', 'moved', 'recoloured'].flatMap((id) => [id, id])].toSorted(),
  )
})

it('reaches beyond the pixels as far as halo and ground do, in device pixels', () => {
  const [, { instance }] = seen('a')
  const camera = { scale: 2, x: 0.25, y: -1 }
  const frame = { camera, width: 100, height: 100, visible: { x: 0, y: 0, ...SIZE }, ratio: 2 }
  // from (8.25 - 5) * 2 to (28.25 + 5) * 2 across, from (11 - 5) * 2 to (17 + 5) * 2 down
  expect(reachOf(instance, frame)).toEqual({ x: 6, y: 12, width: 61, height: 32 })
  const afar = { ...frame, camera: { ...camera, scale: 0.5 } }
  // five pixels wide there, so that it has a halo: from (2.25 - 12) * 2 to (7.25 + 12) * 2, from (2 - 12) * 2 to (3.5 + 12) * 2
  expect(reachOf(instance, afar)).toEqual({ x: -20, y: -20, width: 59, height: 51 })
})

it('fills each part with all that reaches into it, and nothing else', () => {
  const place = fc.record({
    x: fc.integer({ min: -40, max: 210 }),
    y: fc.integer({ min: -40, max: 110 }),
    width: fc.integer({ min: 1, max: 80 }),
    height: fc.integer({ min: 1, max: 80 }),
  })
  const view = { width: 170, height: 70 }
  fc.assert(
    fc.property(fc.array(place, { maxLength: 6 }), fc.array(place, { maxLength: 20 }), (stale, all) => {
      const parts = fillParts(stale, all, (one) => one, view)
      const within = stale.flatMap((box) => overlapOf(box, { x: 0, y: 0, ...view }) ?? [])
      expect(parts.map(({ box }) => box)).toEqual(within)
      for (const { box, content } of parts) {
        expect(content).toEqual(all.filter((one) => overlapOf(one, box) !== null))
      }
    }),
  )
})
