import { expect, test } from 'vitest'
import { multiple } from './values.ts'

test.each([
  ['256', 256],
  ['64', 64],
  ['100', 'a multiple of 64, like 128'],
  ['1000', 'a multiple of 64, like 1024'],
  ['32', 'a whole number from 64 to 1024'],
  ['wide', 'a whole number from 64 to 1024'],
])('sides of crops are multiples: %s', (text, expected) => {
  const read = (): number => multiple(64, 64, 1024)(text)
  if (typeof expected === 'number') expect(read()).toBe(expected)
  else expect(read).toThrow(expected)
})
