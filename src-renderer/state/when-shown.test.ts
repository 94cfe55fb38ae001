import { expect, test } from 'vitest'
import { WhenShown } from './when-shown.ts'

test('what changes while nothing shows it is looked at once, when something does', () => {
  let looks = 0
  const shown = new WhenShown(() => looks++)
  shown.show()()
  expect(looks).toBe(0)
  for (let change = 0; change < 5; change++) shown.changed()
  expect(looks).toBe(0)
  const [leave, leaveToo] = [shown.show(), shown.show()]
  expect(looks).toBe(1)
  shown.changed()
  expect(looks).toBe(2)
  leave()
  shown.changed()
  expect(looks).toBe(3)
  leaveToo()
  shown.changed()
  expect(looks).toBe(3)
})
