import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import sharp from 'sharp'
import { z } from 'zod'
import { randomFrom } from '../src-main/core/random.ts'
import { crashPlan } from '../src-main/testing/crashes.ts'
import { expect, test, type Drydock } from './harness.ts'
import { ask, counts, handOn, jobsAreOver, saved } from './steps.ts'

/**
 * The real application is killed at random moments while strokes are drawn in two projects; before that its backend or its engine is, and
 * the window lives on. The same without the shell, with two windows at once and many times more is in `src-main/backend/crash.slow.test.ts`.
 */

/** Of the square images, and between the places of two strokes, in px. */
const SIDE = 480
const PITCH = 40
const PER_ROW = 10
const BRUSH = 12
/** Strokes of a round while the window lives on, and until the application is killed at the latest. */
const STROKES = 5
const LAST_STROKES = 40
/** How long after its beginning a blow falls at the latest, in ms. */
const MOMENT_MS = 3000

const plan = crashPlan()

interface Drawn {
  name: string
  folder: string
  store: string
  /** the strokes that were begun, by image and place */
  made: Set<string>
  /** those that the window has called saved, in order */
  saved: string[]
}

const forward = z.object({ instances: z.array(z.object({ added: z.string() })) })

/** The strokes that are stored, in order. */
function storedStrokes({ store }: Drawn): string[] {
  const edits = ask<{ path: string; plan: string }>(
    store,
    'select path, forward_json plan from edits join images on images.id = image_id order by edits.id',
  )
  return edits.flatMap(({ path, plan: json }) =>
    forward.parse(JSON.parse(json)).instances.map(({ added }) => {
      // counted from 1, down the columns; a stroke reaches half a brush to the left of its beginning
      const first = Number(added.split(' ')[0]) - 1
      const [x, y] = [Math.floor(first / SIDE) + BRUSH / 2, first % SIDE]
      return `${path} ${Math.round(x / PITCH) - 1 + PER_ROW * (Math.round(y / PITCH) - 1)}`
    }),
  )
}

/** Opens an image and draws one stroke after the other; those that are saved are noted. Calls `begun` when it can be drawn. */
async function draw(
  drydock: Drydock,
  project: Drawn,
  { path, strokes }: { path: string; strokes: number },
  begun: () => void,
): Promise<void> {
  const hand = await handOn(drydock, path)
  await drydock.page.keyboard.press('b')
  begun()
  const { truth } = await counts(drydock)
  for (let i = 0; i < strokes; i++) {
    const place = truth + i
    const stroke = `${path} ${place}`
    const [x, y] = [PITCH * (1 + (place % PER_ROW)), PITCH * (1 + Math.floor(place / PER_ROW))]
    project.made.add(stroke)
    await hand.stroke([x, y], [x + 10, y])
    await expect.poll(async () => (await counts(drydock)).truth).toBe(place + 1)
    await saved(drydock)
    project.saved.push(stroke)
  }
}

/** What a project's database must hold after any crash. */
function check(project: Drawn): void {
  const strokes = storedStrokes(project)
  expect(new Set(strokes).size).toBe(strokes.length)
  expect(strokes.filter((stroke) => project.saved.includes(stroke))).toEqual(project.saved)
  expect(strokes.filter((stroke) => !project.made.has(stroke))).toEqual([])
}

test('a killed application loses no stroke that was saved, doubles none and takes none elsewhere', async ({
  launch,
  folder,
}) => {
  console.log(`${plan.applications} kills, DRYDOCK_CRASH_SEED=${plan.seed}`)
  const random = randomFrom(plan.seed)
  const make = (name: string): Drawn => ({
    ...{ name, folder: join(folder, name), store: join(folder, `${name}.drydock`) },
    ...{ made: new Set<string>(), saved: [] },
  })
  let [first, second] = [make('alpha'), make('beta')]
  const pathOf = ({ name }: Drawn, round: number): string => `${name} ${round}.png`
  const picture = sharp({
    create: { width: SIDE, height: SIDE, channels: 3, background: { r: 20, g: 40, b: 80 } },
  })
  for (const project of [first, second]) {
    mkdirSync(project.folder)
    for (let round = 0; round < plan.applications; round++)
      await picture
        .clone()
        .png()
        .toFile(join(project.folder, pathOf(project, round)))
  }

  for (let round = 0; round < plan.applications; round++) {
    await test.step(`round ${round}`, async () => {
      const drydock = await launch({ args: ['--open', first.folder] })
      await jobsAreOver(drydock)
      const begun = Promise.withResolvers<void>()
      const path = pathOf(first, round)
      const drawing = draw(drydock, first, { path, strokes: STROKES }, begun.resolve)
      await Promise.race([begun.promise, drawing])
      await Promise.race([pause(random() * MOMENT_MS), drawing])
      if (random() < 0.5) process.kill(await drydock.pidOf('backend'), 'SIGKILL')
      else drydock.signalEngines('SIGKILL')
      await drawing

      await drydock.drop(second.folder)
      const last = Promise.withResolvers<void>()
      const cutShort = draw(
        drydock,
        second,
        { path: pathOf(second, round), strokes: LAST_STROKES },
        last.resolve,
      )
      await Promise.race([last.promise, cutShort])
      await Promise.race([pause(random() * MOMENT_MS), cutShort])
      // what becomes of it from now on is of no account
      cutShort.catch(() => undefined)
      await drydock.kill()
      check(first)
      check(second)
    })
    ;[first, second] = [second, first]
  }
  const strokes = first.saved.length + second.saved.length
  console.log(`${strokes} strokes saved`)
  expect(strokes).toBeGreaterThanOrEqual(STROKES * plan.applications)
})
