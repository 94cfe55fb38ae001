import { expect, test } from 'vitest'
import { logSlow, SLOW_STATEMENT, watched } from './watched.ts'

test('calls of a repository are told by name, also those that fail', () => {
  const heard: string[] = []
  const repository = {
    get: (id: number) => id * 2,
    put: (): void => {
      throw new Error('full')
    },
  }
  const seen = watched('images', repository, (name, ms) => heard.push(`${name} ${ms >= 0}`))
  expect(seen.get(4)).toBe(8)
  expect(() => seen.put()).toThrow('full')
  expect(heard).toEqual(['images.get true', 'images.put true'])
  expect(watched('images', repository, undefined)).toBe(repository)
})

test('only what takes too long is logged', () => {
  const lines: string[] = []
  const watch = logSlow((line) => lines.push(line))
  watch('images.get', SLOW_STATEMENT)
  watch('images.all', 1234.5)
  expect(lines).toEqual(['slow statement: images.all, 1235 ms'])
})
