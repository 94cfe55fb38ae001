import type { CDPSession, Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import build from './build.ts'
import { expect as soon, root, start, type Drydock } from './harness.ts'
import { openDisplay, rowOf, toNextImage } from './measuring.ts'

/**
 * `npm run bench -- shift`: a shift of work in the real window. 2,000 images (SHIFT_IMAGES: another number), on each five gestures (accept all,
 * brush, undo, redo, eraser) and Done, while the next ones are predicted; now and then another view. Whether memory of any process or the time of a gesture grows.
 * SHIFT_OFFSCREEN=1: without an X server, as tests run. SHIFT_SNAPSHOTS names a folder for two pictures of the page's heap, after the first tenth and at the end.
 */

/** On a machine that does other things too. */
const expect = soon.configure({ timeout: 60_000 })

const IMAGES = Number(process.env['SHIFT_IMAGES'] ?? 2000)
const SIDE = 512
/** The shift is looked at in so many parts. */
const PARTS = 10
/** Every so many images a person looks at the other views. */
const LOOK_ROUND = 25

/** The sample's pictures, each time a little brighter or darker. */
async function makeFolder(folder: string): Promise<void> {
  mkdirSync(folder)
  const sample = join(root, 'resources', 'sample', 'images')
  const pictures = await Promise.all(
    readdirSync(sample)
      .filter((name) => /\.(png|jpg)$/.test(name))
      .map((name) => sharp(join(sample, name)).resize(SIDE, SIDE).removeAlpha().raw().toBuffer()),
  )
  for (let i = 0; i < IMAGES; i++) {
    const data = pictures[i % pictures.length]!
    await sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .linear(1 + (i % 97) / 500, Math.floor(i / 97) / 4)
      .jpeg()
      .toFile(join(folder, `sea-${String(i).padStart(5, '0')}.jpg`))
  }
}

/** What is asked of each process of the application. */
interface Use {
  /** MB */
  memory: number
  /** processor seconds since its start */
  seconds: number
}

/** By what the process is. */
async function usesOf(drydock: Drydock): Promise<Map<string, Use>> {
  const own = await drydock.app.evaluate(({ app }) =>
    app.getAppMetrics().map(({ pid, type }) => ({ pid, type: type })),
  )
  const others = await Promise.all(
    (['backend', 'engine'] as const).map(async (type) => ({ type, pid: await drydock.pidOf(type) })),
  )
  const uses = new Map<string, Use>()
  for (const { pid, type } of [...own, ...others]) {
    const [rss = 0, seconds = 0] = execFileSync('ps', ['-o', 'rss=,cputimes=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/)
      .map(Number)
    const before = uses.get(type) ?? { memory: 0, seconds: 0 }
    uses.set(type, { memory: before.memory + rss / 1000, seconds: before.seconds + seconds })
  }
  return uses
}

/** What the page holds after its waste is cleared away. */
async function pageOf(page: Page, devtools: CDPSession): Promise<Map<string, number>> {
  await page.requestGC()
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters')
  return new Map([
    ['heap of the page, MB', usedSize / 1e6],
    ['nodes of the page', nodes],
    ['listeners of the page', jsEventListeners],
  ])
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

async function saved(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    /^\s*saved/i.test(document.querySelector('[data-testid="saved-state"]')?.textContent ?? ''),
  )
}

async function stroke(page: Page, x: number, y: number): Promise<void> {
  const box = (await page.getByTestId('canvas').boundingBox())!
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * x + 30, box.y + box.height * y + 12, { steps: 3 })
  await page.mouse.up()
}

/** The five gestures on the open image. @returns ms a gesture, until it is saved */
async function mark(page: Page): Promise<number> {
  const from = performance.now()
  const steps = [
    () => page.keyboard.press('Shift+A'),
    () => stroke(page, 0.4, 0.4),
    () => page.keyboard.press('Control+z'),
    () => page.keyboard.press('Control+Shift+Z'),
    async () => {
      await page.keyboard.press('e')
      await stroke(page, 0.41, 0.4)
      await page.keyboard.press('b')
    },
  ]
  for (const step of steps) {
    await step()
    await saved(page)
  }
  return (performance.now() - from) / steps.length
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

async function shift(drydock: Drydock): Promise<void> {
  const { page } = drydock
  const devtools = await page.context().newCDPSession(page)
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('b')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByTestId('image-f2')).toBeVisible()
  await expect(page.getByTestId('cancel-job')).toHaveCount(0)
  const gestures: number[][] = []
  const next: number[] = []
  const work: Map<string, number>[] = []
  const held: Map<string, number>[] = []
  let before = await usesOf(drydock)
  for (let part = 0; part < PARTS; part++) {
    const own: number[] = []
    for (let i = 0; i < IMAGES / PARTS; i++) {
      await expect(page.getByTestId('canvas')).toHaveAttribute('data-pictured', 'true')
      own.push(await mark(page))
      if ((part * IMAGES) / PARTS + i < IMAGES - 1) next.push(await toNextImage(page, 'd'))
      if (i % LOOK_ROUND === LOOK_ROUND - 1) await lookRound(page)
    }
    gestures.push(own)
    const inPage = await pageOf(page, devtools)
    const uses = await usesOf(drydock)
    held.push(
      new Map([
        ...[...uses].map(([what, { memory }]) => [`memory of ${what}, MB`, memory] as const),
        ...inPage,
      ]),
    )
    work.push(new Map([...uses].map(([what, { seconds }]) => [what, ((seconds - (before.get(what)?.seconds ?? 0)) * 1000 * PARTS) / IMAGES / 5]))) // prettier-ignore
    before = uses
    if (part === 0 || part === PARTS - 1) await snapshot(devtools, `part-${part + 1}`)
    const figures = (of: Map<string, number>) => [...of].map(([what, value]) => `${what} ${value.toFixed(1)}`).join(', ') // prettier-ignore
    console.log(`part ${part + 1}: gesture ${median(own).toFixed(0)} ms; ${figures(held.at(-1)!)}; processor ms a gesture: ${figures(work.at(-1)!)}`) // prettier-ignore
  }
  console.log(`\n| a shift of ${IMAGES} images, ${IMAGES * 5} gestures | median | p95 | max | must | met |`)
  console.log('|---|---|---|---|---|---|')
  console.log(rowOf('key to next image', next, 100, 'p95'))
  console.log(grown('time of a gesture', median(gestures[0]!), median(gestures.at(-1)!)))
  const all = (of: Map<string, number>) => [...of.values()].reduce((sum, ms) => sum + ms, 0)
  console.log(grown('processor time of a gesture, all processes, ms', all(work[0]!), all(work.at(-1)!)))
  for (const [what, first] of held[0]!) console.log(grown(what, first, held.at(-1)!.get(what) ?? 0))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

/** From the end of the first tenth to the end: under a tenth more. */
function grown(what: string, first: number, last: number): string {
  const most = 1.1
  const ratio = last / first
  if (!(ratio <= most)) process.exitCode = 1
  return `| ${what}, end to first tenth | ${first.toFixed(1)} to ${last.toFixed(1)}: ${ratio.toFixed(2)} |  |  | ${most} | ${ratio <= most ? 'yes' : 'NO'} |`
}

build()
const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
const screen = process.env['SHIFT_OFFSCREEN'] === '1' ? null : await openDisplay()
try {
  const images = join(folder, 'shift')
  await makeFolder(images)
  const window = await start({
    userData: join(folder, 'user-data'),
    args: ['--open', images],
    ...(screen && { display: screen.name }),
  })
  await expect(window.page.getByTestId('image-count')).toHaveText(IMAGES.toLocaleString('en'), {
    timeout: 120_000,
  })
  await shift(window)
  await window.app.close()
} finally {
  screen?.server.kill()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
