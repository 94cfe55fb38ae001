import type { CDPSession, Page } from '@playwright/test'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import build from './build.ts'
import { expect as soon, root, start, type Drydock } from './harness.ts'
import { openDisplay, rowOf } from './measuring.ts'
import {
  BackendInspector,
  clearShell,
  nodeToLookInto,
  pageOf,
  privateOf,
  recordNoRequests,
  usesOf,
} from './processes.ts'

/**
 * `npm run bench -- shift`: a shift of work in the real window. 2,000 images (SHIFT_IMAGES: another number), on each five gestures (accept all,
 * brush, undo, redo, eraser) and Done, while the next ones are predicted; now and then another view. Whether memory of any process or the time of a gesture grows.
 * The page's requests, some three an image, are not recorded by Playwright from the first gesture on: the record lies in the page, which no person's does, and
 * grows by 2 to 3 KB with each (`recordNoRequests`): more than all that the page itself keeps of an image.
 * Memory is looked at when each tenth is over, after waste is cleared away in the page, in the shell and in all threads of the backend: what that holds with its waste, some MB more or less at
 * each moment, is a line of its own.
 * SHIFT_OFFSCREEN=1: without an X server, as tests run. SHIFT_SNAPSHOTS names a folder for two pictures of the page's heap, after the first tenth and at the end.
 * SHIFT_BUILT=1: what is built is taken as it is.
 */

/** On a machine that does other things too. */
const expect = soon.configure({ timeout: 120_000 })

const IMAGES = Number(process.env['SHIFT_IMAGES'] ?? 2000)
/** One more, so that the last Done leads on. */
const FILES = IMAGES + 1
const SIDE = 256
/** The shift is looked at in so many parts. */
const PARTS = 10
/** Every so many images a person looks at the other views. */
const LOOK_ROUND = 50
/** Gestures an image. */
const GESTURES = 5

/** Pieces of the sample's pictures, each time a little brighter or darker. */
async function makeFolder(folder: string): Promise<void> {
  mkdirSync(folder)
  const sample = join(root, 'resources', 'sample', 'images')
  const pictures = await Promise.all(
    readdirSync(sample)
      .filter((name) => /\.(png|jpg)$/.test(name))
      .map((name) => sharp(join(sample, name)).resize(SIDE, SIDE).removeAlpha().raw().toBuffer()),
  )
  for (let i = 0; i < FILES; i++) {
    const data = pictures[i % pictures.length]!
    await sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .linear(1 + (i % 97) / 500, Math.floor(i / 97) / 4)
      .jpeg()
      .toFile(join(folder, `sea-${String(i).padStart(5, '0')}.jpg`))
  }
}

async function snapshot(devtools: CDPSession, name: string): Promise<void> {
  const folder = process.env['SHIFT_SNAPSHOTS']
  if (folder === undefined) return
  const chunks: string[] = []
  const add = ({ chunk }: { chunk: string }) => chunks.push(chunk)
  devtools.on('HeapProfiler.addHeapSnapshotChunk', add)
  await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  devtools.off('HeapProfiler.addHeapSnapshotChunk', add)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.heapsnapshot`), chunks.join(''))
}

/**
 * Hands inside the page, so that no test's questions lie between two gestures: on each of so many images the five gestures, each until it is saved, then Done until the next
 * picture is there. @returns ms a gesture and ms to the next image, by image
 */
async function work(page: Page, images: number): Promise<{ gestures: number[]; next: number[] }> {
  return page.evaluate(
    async ([count, each]) => {
      const canvas = document.querySelector('[data-testid="canvas"]')!
      const state = document.querySelector('[data-testid="saved-state"]')!
      const turn = () => new Promise((resolve) => setTimeout(resolve, 1))
      const until = async (there: () => boolean, what: string): Promise<void> => {
        for (const from = performance.now(); !there(); await turn())
          if (performance.now() - from > 120_000) throw new Error(`${what} did not come`)
      }
      const saved = () => until(() => /^\s*saved/i.test(state.textContent), 'the answer')
      const key = (letter: string, held: KeyboardEventInit = {}) => {
        const press = { key: letter, code: `Key${letter.toUpperCase()}`, bubbles: true, cancelable: true, ...held }
        canvas.dispatchEvent(new KeyboardEvent('keydown', press))
        canvas.dispatchEvent(new KeyboardEvent('keyup', press))
      }
      const stroke = (x: number, y: number) => {
        const box = canvas.getBoundingClientRect()
        for (const [kind, along] of [['down', 0], ['move', 0.5], ['move', 1], ['up', 1]] as const) {
          const at = { clientX: box.left + box.width * x + 30 * along, clientY: box.top + box.height * y + 12 * along }
          // the mouse is always there, so that it can be captured
          canvas.dispatchEvent(new PointerEvent(`pointer${kind}`, { ...at, bubbles: true, cancelable: true, pointerId: 1, pointerType: 'mouse', button: kind === 'move' ? -1 : 0, buttons: kind === 'up' ? 0 : 1 }))
        }
      }
      const steps = [
        () => key('A', { shiftKey: true }),
        () => stroke(0.4, 0.4),
        () => key('z', { ctrlKey: true }),
        () => key('Z', { ctrlKey: true, shiftKey: true }),
        () => {
          key('e')
          stroke(0.41, 0.4)
          key('b')
        },
      ]
      const gestures: number[] = []
      const next: number[] = []
      const there = () => ['ready', 'pictured'].every((what) => canvas.getAttribute(`data-${what}`) === 'true')
      for (let image = 0; image < count; image++) {
        await until(there, 'the image')
        const from = performance.now()
        for (const step of steps) {
          step()
          await turn()
          await saved()
        }
        const done = performance.now()
        gestures.push((done - from) / each)
        const before = canvas.getAttribute('aria-label')
        key('d')
        await until(() => canvas.getAttribute('aria-label') !== before && there(), 'the next image')
        next.push(performance.now() - done)
      }
      return { gestures, next }
    },
    [images, GESTURES] as const,
  ) // prettier-ignore
}

async function lookRound(page: Page): Promise<void> {
  for (const [key, view] of [
    ['2', 'embeddings'],
    ['3', 'review'],
    ['4', 'train'],
    ['1', 'annotate'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(page.getByTestId(view)).toBeVisible()
  }
  await page.getByTestId('canvas').focus()
}

/** What is looked at: figures by name. */
type Figures = Map<string, number>

/** What the processes hold, in MB, and what is in the page and the backend, as they are and after their waste is cleared away. */
async function heldBy(
  drydock: Drydock,
  devtools: CDPSession,
  backend: BackendInspector | null,
): Promise<Figures> {
  const asItIs = (await usesOf(drydock)).get('backend')?.memory ?? NaN
  await backend?.clear()
  const inPage = named(await pageOf(drydock.page, devtools), (what) => `in the page: ${what}`)
  const inBackend = named((await backend?.memory()) ?? new Map<string, number>(), (what) => `in the backend: ${what}, MB`) // prettier-ignore
  await clearShell(drydock)
  const memory = [...(await usesOf(drydock))].map(
    ([what, use]) => [`memory of ${what}, MB`, use.memory] as const,
  )
  return new Map([...memory, ['the backend with its waste, MB', asItIs], ...inPage, ...inBackend])
}

const named = (of: Figures, name: (what: string) => string): Figures =>
  new Map([...of].map(([what, value]) => [name(what), value]))

async function shift(drydock: Drydock, userData: string): Promise<void> {
  const { page } = drydock
  const devtools = await page.context().newCDPSession(page)
  const backend = process.platform === 'win32' ? null : await BackendInspector.open(drydock, userData)
  await recordNoRequests(page)
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('b')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByTestId('image-f2')).toBeVisible()
  await expect(page.getByTestId('cancel-job')).toHaveCount(0, { timeout: 600_000 })
  const [gestures, next]: [number[][], number[]] = [[], []]
  const [seconds, held]: [Figures[], Figures[]] = [[], []]
  let before = await usesOf(drydock)
  for (let part = 0; part < PARTS; part++) {
    const from = performance.now()
    const own: number[] = []
    for (let left = IMAGES / PARTS; left > 0; left -= LOOK_ROUND) {
      const images = Math.min(left, LOOK_ROUND)
      const took = await work(page, images)
      own.push(...took.gestures)
      next.push(...took.next)
      await lookRound(page)
    }
    gestures.push(own)
    const uses = await usesOf(drydock)
    held.push(await heldBy(drydock, devtools, backend))
    const perGesture = PARTS / IMAGES / GESTURES
    seconds.push(new Map([...uses].map(([what, use]) => [what, (use.seconds - (before.get(what)?.seconds ?? 0)) * 1000 * perGesture]))) // prettier-ignore
    before = uses
    if (part === 0 || part === PARTS - 1) await snapshot(devtools, `part-${part + 1}`)
    const figures = (of: Figures) => [...of].map(([what, value]) => `${what} ${value.toFixed(1)}`).join(', ')
    console.log(`part ${part + 1}, ${((performance.now() - from) / 1000).toFixed(0)} s: gesture ${median(own).toFixed(0)} ms; processor ms a gesture: ${figures(seconds.at(-1)!)}`) // prettier-ignore
    for (const type of ['Tab', 'backend', 'engine']) console.log(`  private, ${type}: ${figures(privateOf(await pidOf(drydock, type)))}`) // prettier-ignore
    console.log(`  ${figures(held.at(-1)!)}`)
  }
  report({ gestures, next, seconds, held })
}

async function pidOf(drydock: Drydock, type: string): Promise<number> {
  if (type === 'backend' || type === 'engine') return drydock.pidOf(type)
  return drydock.app.evaluate(({ app }, wanted) => app.getAppMetrics().find((one) => one.type === wanted)?.pid ?? 0, type) // prettier-ignore
}

interface Course {
  gestures: readonly (readonly number[])[]
  next: readonly number[]
  seconds: readonly Figures[]
  held: readonly Figures[]
}

/** A line a figure, a column a tenth. */
function report({ gestures, next, seconds, held }: Course): void {
  const all = (of: Figures) => [...of.values()].reduce((sum, ms) => sum + ms, 0)
  console.log(`\n| ${IMAGES} images, ${IMAGES * GESTURES} gestures | ${gestures.map((_, i) => i + 1).join(' | ')} | last to first | must | met |`) // prettier-ignore
  console.log(`|---|${'---|'.repeat(PARTS + 3)}`)
  console.log(course('time of a gesture, ms', gestures.map(median)))
  console.log(course('processor time of a gesture, all processes, ms', seconds.map(all)))
  for (const what of held[0]!.keys()) {
    console.log(course(what, held.map((part) => part.get(what) ?? 0), what.startsWith('memory'))) // prettier-ignore
  }
  console.log('\n| | median | p95 | max | must | met |')
  console.log('|---|---|---|---|---|---|')
  console.log(rowOf('key to next image', next, 100, 'p95'))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

/** A figure through the shift. @param binding from the end of the first tenth to the end under a tenth more */
function course(what: string, values: readonly number[], binding = true): string {
  const most = 1.1
  const ratio = values.at(-1)! / values[0]!
  if (binding && !(ratio <= most)) process.exitCode = 1
  const verdict = binding ? `${most} | ${ratio <= most ? 'yes' : 'NO'}` : ' | '
  return `| ${what} | ${values.map((value) => value.toFixed(1)).join(' | ')} | ${ratio.toFixed(2)} | ${verdict} |`
}

if (process.env['SHIFT_BUILT'] !== '1') build()
const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
const screen = process.env['SHIFT_OFFSCREEN'] === '1' ? null : await openDisplay()
try {
  const images = join(folder, 'shift')
  await makeFolder(images)
  const userData = join(folder, 'user-data')
  const window = await start({
    userData,
    args: ['--open', images],
    ...(process.platform !== 'win32' && { env: { DRYDOCK_NODE: nodeToLookInto(folder) } }),
    ...(screen && { display: screen.name }),
  })
  await expect(window.page.getByTestId('image-count')).toHaveText(FILES.toLocaleString('en'))
  await shift(window, userData)
  await window.app.close()
} finally {
  screen?.server.kill()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
