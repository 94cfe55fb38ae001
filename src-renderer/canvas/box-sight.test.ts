import { beforeEach, expect, it, vi } from 'vitest'
import { EMPTY_RLE, parseRle } from '../../src-main/core/mask/rle.ts'
import { imagePoint } from '../../src-main/core/geometry/points.ts'
import { boxBetween } from '../../src-main/core/smart-box/turned-box.ts'
import type { BoxAsk, BoxSeen } from '../worker/box-desk.ts'
import type { Thread } from '../worker/thread.ts'
import { DirectSight, ThreadSight } from './box-sight.ts'

const SIZE = { width: 8, height: 8 }

/** A question about a bright square on black. */
function ask(): BoxAsk {
  const area = { x: 0, y: 0, ...SIZE }
  const pixels = new Uint8Array(64 * 3)
  for (let p = 0; p < 64; p++)
    if (p % 8 > 1 && p % 8 < 6 && p > 15 && p < 48) pixels.fill(200, p * 3, p * 3 + 3)
  const nothing = { taken: EMPTY_RLE, ship: EMPTY_RLE, water: EMPTY_RLE, belief: null }
  const box = boxBetween(imagePoint(2, 2), imagePoint(6, 6))
  return { ...nothing, box, along: false, rectangle: false, size: SIZE, picture: { area, pixels, step: 3 } }
}

const ANSWER: BoxSeen = { rle: parseRle('10 2'), rectangle: null }
let posted: unknown[]
let ended: number
let came: number
/** each with its last question */
let threads: { thread: Thread; asked: unknown }[]
let sight: ThreadSight
/** The thread that was asked this answers. */
const hear = (answer: BoxSeen, ask: unknown = posted.at(-1)): void => {
  const at = threads.find(({ asked }) => asked === ask)
  at?.thread.onmessage?.call(globalThis as never, { data: answer } as MessageEvent)
}

beforeEach(() => {
  ;[posted, threads, ended, came] = [[], [], 0, 0]
  const start = () => {
    const one = {
      asked: null as unknown,
      thread: {
        ...{ onmessage: null, onerror: null },
        postMessage: (ask: unknown) => {
          posted.push(ask)
          one.asked = ask
        },
        terminate: () => ended++,
      } satisfies Thread,
    }
    threads.push(one)
    return one.thread
  }
  sight = new ThreadSight(new DirectSight(), start, () => came++)
})

it('asks one after the other; of those that wait the last counts', () => {
  const [a, b, c] = [ask(), ask(), ask()]
  expect([sight.look(a), sight.look(a), sight.look(b), sight.look(c)]).toEqual([null, null, null, null])
  expect(posted).toEqual([a])
  hear(ANSWER)
  expect(posted[1]).toBe(c)
  expect([sight.known(a), sight.known(b), sight.known(c), came]).toEqual([ANSWER, null, null, 1])
  hear(ANSWER)
  expect([sight.look(c), posted.length]).toEqual([ANSWER, 2])
})

it('what is asked for again while it is looked for is asked once, and whatever waited is not asked', () => {
  const [a, b] = [ask(), ask()]
  for (const one of [a, b, a]) sight.look(one)
  hear(ANSWER)
  expect(posted).toEqual([a])
})

it('what may be asked is looked into once the hand rests, unless something else is wanted before', () => {
  vi.useFakeTimers()
  const [a, b, c] = [ask(), ask(), ask()]
  sight.ahead(() => a)
  vi.advanceTimersByTime(40)
  sight.ahead(() => b)
  vi.advanceTimersByTime(40)
  expect(posted).toEqual([])
  vi.advanceTimersByTime(40)
  expect(posted).toEqual([b])
  hear(ANSWER)
  sight.ahead(() => c)
  expect(sight.look(b)).toBe(ANSWER)
  vi.runAllTimers()
  sight.ahead(() => c)
  sight.close()
  vi.runAllTimers()
  expect(posted).toEqual([b])
  vi.useRealTimers()
})

it('what is wanted does not wait for a guess that was wrong, and is not asked again where the guess was right', () => {
  vi.useFakeTimers()
  const [wrong, right, next] = [ask(), ask(), ask()]
  sight.ahead(() => wrong)
  vi.runAllTimers()
  sight.ahead(() => next)
  vi.runAllTimers()
  expect(sight.look(right)).toBeNull()
  expect(posted).toEqual([wrong, right])
  // the guess that waited for the first one is none any more
  hear(ANSWER, wrong)
  expect([posted.length, sight.known(right)]).toEqual([2, null])
  hear(ANSWER, right)
  expect(sight.look(right)).toBe(ANSWER)
  sight.ahead(() => next)
  vi.runAllTimers()
  expect(sight.look(next)).toBeNull()
  expect(posted).toEqual([wrong, right, next])
  hear(ANSWER, next)
  expect(sight.look(next)).toBe(ANSWER)
  vi.useRealTimers()
})

it('all threads are there before the first question', () => {
  sight.warm()
  sight.warm()
  expect(threads.length).toBe(2)
  sight.close()
  expect(ended).toBe(2)
})

it('a gesture that ends before the answer is answered at once, the same as ever', () => {
  const a = ask()
  sight.look(a)
  const direct = sight.now(a)
  expect(direct).toEqual(new DirectSight().now(ask()))
  hear(ANSWER)
  expect(sight.now(a)).toBe(ANSWER)
})

it('an answer after the end lands nowhere, and no thread is left', () => {
  const a = ask()
  sight.look(a)
  const late = threads[0]?.thread.onmessage
  sight.close()
  late?.call(globalThis as never, { data: ANSWER } as MessageEvent)
  expect([sight.known(a), came, ended]).toEqual([null, 0, 1])
})

it('where the thread breaks off it looks itself', () => {
  const a = ask()
  sight.look(a)
  threads[0]?.thread.onerror?.call(globalThis, new Event('error') as never)
  expect([came, ended]).toEqual([1, 1])
  expect(sight.look(a)).toEqual(new DirectSight().now(ask()))
})
