import { expect, it } from 'vitest'
import { fromPredicate } from '../../../src-main/core/mask/rle.ts'
import type { SceneInstance } from '../scene.ts'
import type { Seen } from './changes.ts'
import { differences, reachOf } from './changes.ts'

const SIZE = { width: 40, height: 40 }

function seen(id: string, selected = false, change: Partial<SceneInstance> = {}): [string, Seen] {
  const bounds = { x: 4, y: 6, width: 10, height: 3 }
  const instance: SceneInstance = {
    ...{ kind: 'truth', id, bounds, rgb: [1, 2, 3], hex: '#010203', mark: null, tag: null, ignored: false },
    ...{ rle: MASK, heading: null },
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
  // from (8.25 - 12) * 2 to (28.25 + 12) * 2 across, from (11 - 12) * 2 to (17 + 12) * 2 down
  expect(reachOf(instance, frame)).toEqual({ x: -8, y: -2, width: 89, height: 60 })
})
