import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import sharp from 'sharp'
import { z } from 'zod'
import { randomFrom } from '../src-main/core/random.ts'
import { crashPlan } from '../src-main/testing/crashes.ts'
import { Drydock, expect, test } from './harness.ts'
import { ask, counts, handOn, jobsAreOver, saved } from './steps.ts'

/**
 * The real application is killed at random moments while strokes are drawn in two windows, each in a project of its own; before that its
 * backend or its engine is, and the windows live on. The same without the shell, where windows turn from project to project and do much
 * else, many times more often, is in `src-main/backend/crash.slow.test.ts`.
 */

/** Of the square images, and between the places of two strokes, in px. */
const SIDE = 480
const PITCH = 40
const PER_ROW = 10
const BRUSH = 12
/** Strokes of a round in each window while it lives on, and until the application is killed at the latest. */
const STROKES = 5
const LAST_STROKES = 40
/** How long after its beginning a blow falls at the latest, in ms. */
const MOMENT_MS = 3000
/** A click that takes longer meets a window that stands still, and so does a whole round, in ms; on an idle machine a round takes ten seconds. */
const CLICK_MS = 120_000
const ROUND_MS = 600_000

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

/** A second window of the application. */
async function secondWindow({ app }: Drydock, userData: string): Promise<Drydock> {
  const [page] = await Promise.all([
    app.waitForEvent('window'),
    app.evaluate(({ Menu }) => {
      const item = Menu.getApplicationMenu()?.getMenuItemById('new-window')
      if (item) Reflect.apply(item.click, item, [])
    }),
  ])
  await page.getByTestId('engine').waitFor()
  return new Drydock(app, page, [], userData)
}

/** Draws in all windows at once. @returns `begun`: all of them can be drawn in; `over`: all strokes are saved */
function drawIn(
  windows: readonly { drydock: Drydock; project: Drawn }[],
  round: number,
  strokes: number,
): { begun: Promise<unknown>; over: Promise<unknown> } {
  const begun = windows.map(() => Promise.withResolvers<void>())
  const over = Promise.all(
    windows.map(({ drydock, project }, i) =>
      draw(drydock, project, { path: pathOf(project, round), strokes }, begun[i]!.resolve),
    ),
  )
  return { begun: Promise.race([Promise.all(begun.map(({ promise }) => promise)), over]), over }
}

function pathOf({ name }: Drawn, round: number): string {
  return `${name} ${round}.png`
}

async function makeProject(folder: string, name: string): Promise<Drawn> {
  const images = join(folder, name)
  const project: Drawn = {
    ...{ name, folder: images, store: join(folder, `${name}.drydock`) },
    ...{ made: new Set(), saved: [] },
  }
  mkdirSync(images)
  const picture = sharp({
    create: { width: SIDE, height: SIDE, channels: 3, background: { r: 20, g: 40, b: 80 } },
  })
  const png = await picture.png().toBuffer()
  for (let round = 0; round < plan.applications; round++)
    writeFileSync(join(images, pathOf(project, round)), png)
  return project
}

test('a killed application loses no stroke that was saved, doubles none and takes none elsewhere', async ({
  launch,
  folder,
}) => {
  console.log(`${plan.applications} rounds, DRYDOCK_CRASH_SEED=${plan.seed}`)
  const random = randomFrom(plan.seed)
  const kills = { backend: 0, engine: 0, application: 0 }
  let [first, second] = [await makeProject(folder, 'alpha'), await makeProject(folder, 'beta')]

  for (let round = 0; round < plan.applications; round++) {
    const play = async (): Promise<void> => {
      const drydock = await launch({ args: ['--open', first.folder] })
      const other = await secondWindow(drydock, join(folder, 'user-data'))
      for (const { page } of [drydock, other]) page.setDefaultTimeout(CLICK_MS)
      await other.drop(second.folder)
      for (const window of [drydock, other]) await jobsAreOver(window)
      const windows = [
        { drydock, project: first },
        { drydock: other, project: second },
      ]

      const drawing = drawIn(windows, round, STROKES)
      await drawing.begun
      await Promise.race([pause(random() * MOMENT_MS), drawing.over])
      if (random() < 0.5) {
        kills.backend++
        process.kill(await drydock.pidOf('backend'), 'SIGKILL')
      } else {
        kills.engine++
        drydock.signalEngines('SIGKILL')
      }
      await drawing.over

      const cutShort = drawIn(windows, round, LAST_STROKES)
      await cutShort.begun
      await Promise.race([pause(random() * MOMENT_MS), cutShort.over])
      // what becomes of it from now on is of no account
      cutShort.over.catch(() => undefined)
      kills.application++
      await drydock.kill()
      check(first)
      check(second)
    }
    await test.step(`round ${round}`, play, { timeout: ROUND_MS })
    ;[first, second] = [second, first]
  }
  const strokes = first.saved.length + second.saved.length
  console.log(`killed ${JSON.stringify(kills)}: ${strokes} strokes saved, none missing, doubled or elsewhere`)
  expect(strokes).toBeGreaterThanOrEqual(2 * STROKES * plan.applications)
})
