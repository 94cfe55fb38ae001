import { expect, it } from 'vitest'
import { LeftOpen } from './left-open.ts'

it('is opened again by the page that follows, unless that one is soon gone too', () => {
  const left = new LeftOpen()
  expect(left.take(0)).toBe(null)
  left.project = 'ships'
  expect(left.take(10)).toBe('ships')
  expect(left.take(30_000)).toBe(null)
  expect(left.take(90_000)).toBe('ships')
  left.project = null
  expect(left.take(200_000)).toBe(null)
})
