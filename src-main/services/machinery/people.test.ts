import { expect, test, vi } from 'vitest'
import { People } from './people.ts'

test('what nobody waits for holds still while somebody waits, but not for ever', async () => {
  vi.useFakeTimers()
  try {
    const people = new People()
    await people.gone()
    const ends = [Promise.withResolvers<number>(), Promise.withResolvers<number>()]
    const served = ends.map(({ promise }) => people.serve(() => promise))
    const done: string[] = []
    void people.gone().then(() => done.push('first'))
    ends[0]!.resolve(1)
    expect(await served[0]).toBe(1)
    await vi.advanceTimersByTimeAsync(400)
    expect(done).toEqual([])
    ends[1]!.reject(new Error('no'))
    await expect(served[1]).rejects.toThrow('no')
    await vi.advanceTimersByTimeAsync(0)
    expect(done).toEqual(['first'])

    void people.serve(() => new Promise(() => undefined))
    void people.gone().then(() => done.push('second'))
    await vi.advanceTimersByTimeAsync(499)
    expect(done).toEqual(['first'])
    await vi.advanceTimersByTimeAsync(1)
    expect(done).toEqual(['first', 'second'])
  } finally {
    vi.useRealTimers()
  }
})
