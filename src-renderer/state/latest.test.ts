import { beforeEach, expect, test } from 'vitest'
import { DrydockError } from '../../src-main/contract/errors.ts'
import { Latest } from './latest.ts'
import { Toasts } from './toasts.svelte.ts'

let shown: string[]
let toasts: Toasts
let latest: Latest

beforeEach(() => {
  shown = []
  toasts = new Toasts()
  latest = new Latest()
})

/** A question whose answer comes when it is given. */
function question() {
  const answer = Promise.withResolvers<string>()
  const over = latest.askGuarded(
    toasts,
    () => answer.promise,
    (said) => void shown.push(said),
  )
  return { ...answer, over }
}

test('an answer that comes after that to a later question is not shown', async () => {
  const [first, second, third] = [question(), question(), question()]
  second.resolve('second')
  await second.over
  first.resolve('first')
  third.resolve('third')
  await Promise.all([first.over, third.over])
  expect(shown).toEqual(['second', 'third'])
})

test('what fails is said, and an earlier answer is shown all the same', async () => {
  const [first, second] = [question(), question()]
  second.reject(new DrydockError('not_found', 'It is not there.'))
  await second.over
  first.resolve('first')
  await first.over
  expect([shown, toasts.items.map(({ text }) => text)]).toEqual([['first'], ['It is not there.']])
})
