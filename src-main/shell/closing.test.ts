import { expect, it } from 'vitest'
import { Closing } from './closing.ts'

/** A window whose page refuses as long as something is unsaved. */
function windowWith({ unsaved }: { unsaved: boolean }) {
  const seen: string[] = []
  const waiting: (() => void)[] = []
  const answers: ((anyway: boolean) => void)[] = []
  const page = { unsaved }
  const close = (): void => {
    closing.begin()
    if (page.unsaved) closing.refused()
    else seen.push('closed')
  }
  const closing = new Closing({
    close,
    destroy: () => seen.push('destroyed'),
    ask: () => {
      seen.push('asked')
      return new Promise((resolve) => answers.push(resolve))
    },
    later: (act) => void waiting.push(act),
  })
  return { seen, waiting, answers, page, close, closing }
}

/** Lets the time go by in which it is tried again. @returns how often it was */
function letItTry(waiting: (() => void)[]): number {
  let tries = 0
  for (let act = waiting.shift(); act; act = waiting.shift()) {
    tries++
    act()
  }
  return tries
}

it('asks where gestures cannot be saved, once, and closes only on a yes', async () => {
  const { seen, waiting, answers, close } = windowWith({ unsaved: true })
  close()
  close()
  expect(seen).toEqual([])
  expect(letItTry(waiting)).toBe(6)
  close()
  expect(seen).toEqual(['asked'])
  answers.shift()?.(false)
  await Promise.resolve()
  expect(seen).toEqual(['asked'])
  close()
  expect(letItTry(waiting)).toBe(6)
  answers.shift()?.(true)
  await expect.poll(() => seen).toEqual(['asked', 'asked', 'destroyed'])
  expect(waiting).toEqual([])
})

it('waits for a gesture on its way, on a slow disk too, and asks nobody', () => {
  const { seen, waiting, page, close } = windowWith({ unsaved: true })
  close()
  for (let slow = 1; slow < 6; slow++) waiting.shift()?.()
  expect(seen).toEqual([])
  page.unsaved = false
  waiting.shift()?.()
  expect(seen).toEqual(['closed'])
  expect(waiting).toEqual([])
})

it('leaves a page that refuses to be loaded anew as it is', () => {
  const { seen, waiting, closing } = windowWith({ unsaved: true })
  closing.refused()
  expect([seen, waiting]).toEqual([[], []])
})
