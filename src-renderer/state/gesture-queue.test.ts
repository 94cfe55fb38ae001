import { beforeEach, describe, expect, it } from 'vitest'
import { DrydockError, type ErrorCode } from '../../src-main/contract/errors.ts'
import type { EditPlan, EditResult } from '../../src-main/contract/wire.ts'
import { GestureQueue, type Gesture } from './gesture-queue.ts'

const PLAN: EditPlan = { kind: 'status', instances: [], decisions: [], status: null, flag: null }

function gesture(gestureId: string, image = 1): Gesture {
  return { gestureId, image, step: { kind: 'apply', plan: PLAN }, shown: true }
}

/** A backend in miniature: commits what has the right revision, answers a known gesture as before. */
class Backend {
  readonly revisions = new Map<number, number>()
  readonly committed: string[] = []
  readonly sent: string[] = []
  /** what the next calls do instead of answering; 'lost': commit, then fail */
  readonly trouble: (ErrorCode | 'lost')[] = []
  readonly #answers = new Map<string, number>()

  async send({ gestureId, image }: Gesture, expected: number): Promise<EditResult> {
    this.sent.push(gestureId)
    await Promise.resolve()
    const trouble = this.trouble.shift()
    if (trouble && trouble !== 'lost') throw new DrydockError(trouble, `It was ${trouble}.`)
    const known = this.#answers.get(gestureId)
    const revision = known ?? this.#commit(gestureId, image, expected)
    if (trouble === 'lost') throw new DrydockError('backend_restarted', 'It was restarted.')
    return { gestureId, image, revision, plan: PLAN, row: ROW, score: null, canUndo: true, canRedo: false }
  }

  #commit(gestureId: string, image: number, expected: number): number {
    const now = this.revisions.get(image) ?? 0
    if (now !== expected) throw new DrydockError('conflict', 'Another revision.')
    this.revisions.set(image, now + 1)
    this.#answers.set(gestureId, now + 1)
    this.committed.push(gestureId)
    return now + 1
  }
}

const ROW: EditResult['row'] = {
  id: 1,
  path: 'a.png',
  width: 10,
  height: 10,
  status: 'to do',
  split: 'train',
  flagged: false,
  comment: '',
  leftOut: null,
  fileState: 'ok',
  fileNote: null,
  truthCount: 0,
  predictionCount: null,
  f2: null,
  stale: false,
  doubt: null,
  modified: 0,
  revision: 0,
  content: 'x',
}

let backend: Backend
let queue: GestureQueue
let known: Map<number, number>
let delayed: (() => void)[]
let delays: number[]
let refused: string[][]
let idle: string[]
let unexpected: unknown[]
let reopened: number
let acknowledged: (g: Gesture, result: EditResult) => void
let keepOnConflict: (waiting: readonly Gesture[]) => readonly Gesture[]

beforeEach(() => {
  backend = new Backend()
  known = new Map()
  delayed = []
  delays = []
  refused = []
  idle = []
  unexpected = []
  reopened = 0
  acknowledged = (g, result) => void known.set(g.image, result.revision)
  keepOnConflict = (waiting) => waiting
  queue = new GestureQueue({
    send: (g, expected) => backend.send(g, expected),
    revision: (image) => known.get(image) ?? 0,
    acknowledged: (g, result) => acknowledged(g, result),
    reopen: async () => void reopened++,
    unexpected: (error) => unexpected.push(error),
    conflict: async (image) => {
      known.set(image, backend.revisions.get(image) ?? 0)
      return (waiting) => keepOnConflict(waiting)
    },
    refused: (_image, dropped) => refused.push(dropped.map((g) => g.gestureId)),
    nothingToDo: (g) => idle.push(g.gestureId),
    changed: () => undefined,
    now: () => 0,
    later: (seconds, act) => {
      delays.push(seconds)
      delayed.push(act)
      return () => delayed.splice(delayed.indexOf(act), 1)
    },
  })
})

/** Lets everything that needs no delay happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 100; i++) await Promise.resolve()
}

describe('GestureQueue', () => {
  it('sends gestures one at a time, in order, each on the revision that the one before left', async () => {
    for (const id of ['a', 'b', 'c']) queue.push(gesture(id))
    expect(backend.sent).toEqual(['a'])
    await settle()
    expect(backend.committed).toEqual(['a', 'b', 'c'])
    expect(known.get(1)).toBe(3)
    expect(queue.waiting).toEqual([])
  })

  it('applies a gesture once whose answer was lost in a restart, and goes on', async () => {
    backend.trouble.push('lost')
    queue.push(gesture('a'))
    queue.push(gesture('b'))
    await settle()
    expect(backend.sent).toEqual(['a', 'a', 'b'])
    expect(backend.committed).toEqual(['a', 'b'])
    expect(known.get(1)).toBe(2)
  })

  it('keeps what cannot be saved, says why, and tries again ever more slowly', async () => {
    backend.trouble.push('disk_full', 'disk_full', 'disk_full')
    queue.push(gesture('a'))
    queue.push(gesture('b'))
    await settle()
    expect(queue.waiting.map((g) => g.gestureId)).toEqual(['a', 'b'])
    expect(queue.error?.code).toBe('disk_full')
    delayed.shift()?.()
    await settle()
    queue.retry()
    await settle()
    expect(delays).toEqual([0.25, 0.5, 1])
    queue.retry()
    await settle()
    expect(backend.committed).toEqual(['a', 'b'])
    expect(queue.error).toBeNull()
    expect(delayed).toEqual([])
  })

  it('does not send while it waits for the next attempt', async () => {
    backend.trouble.push('disk_full')
    queue.push(gesture('a'))
    await settle()
    queue.push(gesture('b'))
    await settle()
    expect(backend.sent).toEqual(['a'])
  })

  it('puts the gestures that still fit on the new revision after a conflict', async () => {
    backend.revisions.set(1, 5)
    keepOnConflict = (waiting) => waiting.filter((g) => g.gestureId !== 'b')
    for (const id of ['a', 'b', 'c']) queue.push(gesture(id))
    await settle()
    expect(backend.committed).toEqual(['a', 'c'])
    expect(known.get(1)).toBe(7)
  })

  it('slows down where a conflict does not go away', async () => {
    backend.trouble.push('conflict', 'conflict', 'conflict', 'conflict')
    queue.push(gesture('a'))
    await settle()
    expect(backend.sent).toHaveLength(4)
    expect(queue.error?.code).toBe('conflict')
    expect(delays).toEqual([0.25])
  })

  it('resolves a conflict however often something else has failed before', async () => {
    backend.revisions.set(1, 1)
    backend.trouble.push('project_in_use', 'project_in_use', 'project_in_use', 'disk_full', 'internal')
    queue.push(gesture('a'))
    queue.push(gesture('b', 2))
    for (let pause = 0; pause < 5; pause++) {
      await settle()
      delayed.shift()?.()
    }
    await settle()
    expect(delays).toEqual([0.25, 0.5, 1, 0.25, 0.25])
    expect(backend.committed).toEqual(['a', 'b'])
    expect(queue.waiting).toEqual([])
    expect(queue.error).toBeNull()
  })

  it('resolves a conflict again after it has slowed down, not only sends again', async () => {
    queue.push(gesture('a'))
    await settle()
    let others = 0
    keepOnConflict = (waiting) => {
      // somebody changes the image each time, six times in all
      if (++others < 6) backend.revisions.set(1, (backend.revisions.get(1) ?? 0) + 1)
      return waiting
    }
    backend.revisions.set(1, 5)
    queue.push(gesture('b'))
    for (let pause = 0; pause < 4; pause++) {
      await settle()
      delayed.shift()?.()
    }
    expect(backend.committed).toEqual(['a', 'b'])
    expect(delays).toEqual([0.25, 0.5, 1])
  })

  it('opens a project that the backend has not got open, and sends again', async () => {
    backend.trouble.push('project_not_open')
    queue.push(gesture('a'))
    await settle()
    expect([reopened, delays]).toEqual([1, []])
    expect(backend.committed).toEqual(['a'])
  })

  it('tells what throws after a gesture is acknowledged; it counts as acknowledged, and the next ones go on', async () => {
    const broken = new Error('broken')
    acknowledged = (g, result) => {
      known.set(g.image, result.revision)
      if (g.gestureId === 'a') throw broken
    }
    for (const id of ['a', 'b']) queue.push(gesture(id))
    await settle()
    expect(unexpected).toEqual([broken])
    expect(backend.sent).toEqual(['a', 'b'])
    expect(queue.waiting).toEqual([])
    expect(delays).toEqual([])
  })

  it('says whether all could be saved, as soon as it is known', async () => {
    expect(await queue.empty()).toBe(true)
    queue.push(gesture('a'))
    expect(await queue.empty()).toBe(true)
    expect(backend.committed).toEqual(['a'])
    backend.trouble.push('disk_full', 'disk_full')
    queue.push(gesture('b'))
    expect(await queue.empty()).toBe(false)
    expect(delays).toHaveLength(1)
    // it tries anew, and does not wait for the pause to end
    expect(await queue.empty()).toBe(false)
    expect(await queue.empty()).toBe(true)
    expect(backend.committed).toEqual(['a', 'b'])
  })

  it('drops what the backend will never take with the later gestures on that image, and keeps the rest', async () => {
    backend.trouble.push('bad_input', 'bad_input')
    queue.push(gesture('a', 1))
    queue.push(gesture('b', 2))
    queue.push(gesture('c', 1))
    await settle()
    expect(refused).toEqual([['a', 'c']])
    expect(backend.committed).toEqual(['b'])
    expect(queue.waiting).toEqual([])
  })

  it('lets go of an undo with nothing to undo, and of nothing else on that image', async () => {
    backend.trouble.push('nothing_to_do')
    queue.push({ ...gesture('a'), step: { kind: 'undo' }, shown: false })
    queue.push(gesture('b'))
    await settle()
    expect(idle).toEqual(['a'])
    expect(refused).toEqual([])
    expect(backend.committed).toEqual(['b'])
    expect(queue.waiting).toEqual([])
  })

  it('knows of an undo on the image whose outcome the window does not know', async () => {
    queue.push(gesture('a'))
    queue.push({ ...gesture('b'), step: { kind: 'undo' } })
    expect(queue.isAsking(1)).toBe(false)
    queue.push({ ...gesture('c'), step: { kind: 'undo' }, shown: false })
    expect(queue.isAsking(1)).toBe(true)
    expect(queue.isAsking(2)).toBe(false)
    await settle()
    expect(queue.isAsking(1)).toBe(false)
  })
})
