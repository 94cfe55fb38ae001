import { expect, it } from 'vitest'
import { setUp } from '../fake-desk.ts'

it('says pixels, and metres where a pixel has a size; the line stays until Escape, and nothing changes', () => {
  const t = setUp('ruler')
  t.down(10, 10)
  t.move(13, 14)
  expect(t.bench.view().labels[0]?.text).toBe('5.0 px')
  t.bench.ground = { x: 10, y: 20 }
  t.up(13, 14)
  // 30 m across, 80 m down
  expect(t.bench.view()).toMatchObject({ busy: false, labels: [{ text: '5.0 px, 85 m' }] })
  t.bench.finish('escape')
  expect([t.bench.view().lines, t.bench.entry.title]).toEqual([[], expect.stringContaining('Ruler')])
  expect(t.plans).toEqual([])
})

it('measures from click to click too', () => {
  const t = setUp('ruler')
  t.click(10, 10)
  t.move(16, 18)
  expect(t.bench.view()).toMatchObject({ busy: true, labels: [{ text: '10.0 px' }] })
  t.click(13, 14)
  t.move(40, 40)
  expect(t.bench.view()).toMatchObject({ busy: false, labels: [{ text: '5.0 px' }] })
})
