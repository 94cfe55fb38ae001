import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { planBrush } from '../../src-main/core/edit/edit.ts'
import { countMarks, markOf } from '../../src-main/core/list/marks.ts'
import { fromPixels } from '../../src-main/core/mask/rle.ts'
import { App } from './app.svelte.ts'
import { FakeHost } from './fake-host.ts'

/**
 * Whatever comes in whatever order, once failures end every gesture that was made is stored exactly once, in its own project, in
 * order, nothing waits any more, and the screen shows what is stored.
 */

const PROJECTS = ['alpha', 'beta'] as const
const IMAGES = [1, 2, 3] as const

/** A window on the fake backend, with what a person has drawn in it. */
class World {
  readonly host = new FakeHost({ alpha: IMAGES, beta: IMAGES })
  readonly app = new App(this.host.client)
  /** the ships drawn, by their ids, in order */
  readonly drawn: { project: string; ship: string }[] = []

  draw(pixel: number): void {
    const { project } = this.app
    const state = project?.editing.shown?.state
    if (!project || !state) return
    const ship = crypto.randomUUID()
    const options = { policy: 'allow', newId: () => ship, extend: null } as const
    if (project.editing.perform(planBrush(state, fromPixels([pixel], state), options)))
      this.drawn.push({ project: project.id, ship })
  }

  /** Nothing fails any more, and all has its time. */
  async comeToRest(): Promise<void> {
    this.host.inUse = false
    this.host.slow = 'no'
    for (let i = 0; i < 12; i++) {
      await this.host.answerAll()
      await vi.advanceTimersByTimeAsync(6000)
    }
  }

  check(): void {
    for (const id of PROJECTS) {
      const { log } = this.host.stored(id)
      const ids = log.map(({ gestureId }) => gestureId)
      expect(new Set(ids).size).toBe(ids.length)
      const mine = new Set(this.drawn.map(({ ship }) => ship))
      const created = log.flatMap(({ plan }) =>
        plan.kind === 'brush' ? plan.instances.filter(({ before }) => before === null) : [],
      )
      // a redone stroke is a second entry in the log, of another gesture
      const stored = [...new Set(created.map(({ instance }) => instance))].filter((ship) => mine.has(ship))
      expect(stored).toEqual(this.drawn.filter(({ project }) => project === id).map(({ ship }) => ship))
    }
    const { project } = this.app
    if (!project) return
    const stored = this.host.stored(project.id)
    expect(project.editing.saving.unsaved).toBe(0)
    expect(project.editing.saving.error).toBeNull()
    const { rows, counts, visible } = project.images
    expect([...rows.values()]).toEqual([...rows.keys()].map((image) => stored.row(image)))
    expect(rows.has(project.editing.image ?? 0)).toBe(true)
    expect([...visible.order.ids]).toEqual(IMAGES)
    expect(counts).toEqual(countMarks(Uint8Array.from(IMAGES, (image) => markOf(stored.row(image)))))
    const { shown } = project.editing
    if (!shown) throw new Error('no image is open')
    const detail = stored.detail(shown.id)
    expect(shown.state?.truth).toEqual(stored.states.get(shown.id)?.truth)
    expect(shown.state?.status).toBe(detail.row.status)
    expect([shown.canUndo, shown.canRedo]).toEqual([detail.canUndo, detail.canRedo])
  }
}

/** One thing that happens, and how much time goes by before the next. */
class Happening implements fc.AsyncCommand<object, World> {
  readonly #name: string
  readonly #act: (world: World) => unknown
  readonly #turns: number

  constructor(name: string, turns: number, act: (world: World) => unknown) {
    this.#name = name
    this.#turns = turns
    this.#act = act
  }

  check(): boolean {
    return true
  }

  async run(_: object, world: World): Promise<void> {
    // nobody waits for it
    void this.#act(world)
    for (let i = 0; i < this.#turns; i++) await Promise.resolve()
  }

  toString(): string {
    return `${this.#name} (${this.#turns})`
  }
}

const turns = fc.constantFrom(0, 1, 3, 10, 60)
const project = fc.constantFrom(...PROJECTS)
const image = fc.constantFrom(...IMAGES)

const DRAW = fc
  .tuple(turns, fc.nat(99))
  .map(([n, pixel]) => new Happening('draw', n, (world) => world.draw(pixel)))

const HAPPENINGS = [
  DRAW,
  DRAW,
  DRAW,
  DRAW,
  DRAW,
  turns.map((n) => new Happening('undo', n, ({ app }) => app.project?.editing.undo())),
  turns.map((n) => new Happening('redo', n, ({ app }) => app.project?.editing.redo())),
  turns.map((n) => new Happening('done', n, ({ app }) => app.project?.editing.finish('done'))),
  fc
    .tuple(turns, image)
    .map(([n, id]) => new Happening(`turn to ${id}`, n, ({ app }) => app.project?.editing.open(id))),
  fc.tuple(turns, project).map(([n, id]) => new Happening(`open ${id}`, n, ({ app }) => app.openRecent(id))),
  turns.map((n) => new Happening('close', n, ({ app }) => app.closeProject())),
  fc
    .tuple(turns, project, image)
    .map(
      ([n, id, at]) => new Happening(`elsewhere ${id} ${at}`, n, ({ host }) => host.markElsewhere(id, at)),
    ),
  fc
    .tuple(turns, fc.boolean())
    .map(([n, inUse]) => new Happening(inUse ? 'locked' : 'unlocked', n, ({ host }) => (host.inUse = inUse))),
  fc
    .tuple(turns, fc.constantFrom('no', 'requests', 'answers'))
    .map(([n, slow]) => new Happening(`slow: ${slow}`, n, ({ host }) => (host.slow = slow))),
  fc
    .tuple(turns, fc.nat(5))
    .map(([n, place]) => new Happening('answer', n, ({ host }) => host.answer(place))),
  turns.map((n) => new Happening('restart', n, ({ host }) => host.restart())),
  fc
    .tuple(turns, fc.constantFrom(300, 1000, 6000))
    .map(([n, ms]) => new Happening(`${ms} ms`, n, () => vi.advanceTimersByTimeAsync(ms))),
]

beforeEach(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('gestures', () => {
  it('are stored once, in order, in their own project, whatever happens around them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(HAPPENINGS, { maxCommands: 60, size: '+1' }), async (commands) => {
        const world = new World()
        await world.app.openRecent('alpha')
        await vi.advanceTimersByTimeAsync(10)
        await fc.asyncModelRun(() => ({ model: {}, real: world }), commands)
        await world.comeToRest()
        world.check()
      }),
      { numRuns: 300 },
    )
  })
})
