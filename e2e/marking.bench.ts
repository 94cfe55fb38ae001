import type { Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import build from './build.ts'
import { expect, start, type Drydock } from './harness.ts'
import { openDisplay, rowOf } from './measuring.ts'

/**
 * `npm run bench -- marking`: a shift of work in the real window. 2,000 images (SHIFT_IMAGES: another number), on each five gestures
 * (brush twice, eraser, undo, redo) and Done; what a gesture and the way to the next image take, and whether memory of any process or the
 * time of a gesture grows. Then tones on a picture of 4,096 px.
 */

const IMAGES = Number(process.env['SHIFT_IMAGES'] ?? 2000)
const GESTURES = 5
const SIDE = 256
/** The shift is looked at in so many parts. */
const PARTS = 10

async function makeFolder(folder: string): Promise<void> {
  mkdirSync(folder)
  for (let i = 0; i < IMAGES; i++) {
    const data = new Uint8Array(SIDE * SIDE * 3).map((_, at) => 40 + (((at + 31 * i) * 2654435761) >>> 28))
    const name = `sea-${String(i).padStart(5, '0')}.png`
    await sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } }).toFile(join(folder, name))
  }
}

/** Memory of each process of the application, MB, by what it is. */
async function memoryOf(drydock: Drydock): Promise<Map<string, number>> {
  const memory = new Map<string, number>()
  const metrics = await drydock.app.evaluate(({ app }) => app.getAppMetrics())
  for (const { type, memory: used } of metrics) {
    memory.set(type, (memory.get(type) ?? 0) + used.workingSetSize / 1000)
  }
  const backend = String(await drydock.pidOf('backend'))
  memory.set(
    'backend',
    Number(execFileSync('ps', ['-o', 'rss=', '-p', backend], { encoding: 'utf8' })) / 1000,
  )
  return memory
}

/** Where strokes on an image begin, as shares of the canvas. */
const PLACES = [
  [0.4, 0.4],
  [0.5, 0.55],
] as const

async function saved(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    /^\s*saved/i.test(document.querySelector('[data-testid="saved-state"]')?.textContent ?? ''),
  )
}

async function stroke(page: Page, [x, y]: readonly [number, number]): Promise<void> {
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
    () => stroke(page, PLACES[0]),
    () => stroke(page, PLACES[1]),
    () => page.keyboard.press('Control+z'),
    () => page.keyboard.press('Control+Shift+Z'),
    async () => {
      await page.keyboard.press('e')
      await stroke(page, PLACES[0])
      await page.keyboard.press('b')
    },
  ]
  for (const step of steps) {
    await step()
    await saved(page)
  }
  return (performance.now() - from) / steps.length
}

/** D: from the key to the next image with its marks, as the page sees it. @returns ms */
async function toNext(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const canvas = document.querySelector('[data-testid="canvas"]')!
    const before = canvas.getAttribute('aria-label')
    const from = performance.now()
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'd', code: 'KeyD', bubbles: true }))
    for (;;) {
      await new Promise((next) => requestAnimationFrame(next))
      if (canvas.getAttribute('aria-label') !== before && canvas.getAttribute('data-ready') === 'true') break
      if (performance.now() - from > 20_000) throw new Error('the next image did not come')
    }
    return performance.now() - from
  })
}

async function shift(drydock: Drydock): Promise<void> {
  const { page } = drydock
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('b')
  const gestures: number[][] = []
  const next: number[] = []
  const memory: Map<string, number>[] = []
  for (let part = 0; part < PARTS; part++) {
    const own: number[] = []
    for (let i = 0; i < IMAGES / PARTS; i++) {
      await expect(page.getByTestId('canvas')).toHaveAttribute('data-ready', 'true')
      own.push(await mark(page))
      if (part < PARTS - 1 || i < IMAGES / PARTS - 1) next.push(await toNext(page))
    }
    gestures.push(own)
    await page.requestGC()
    memory.push(await memoryOf(drydock))
    const said = [...memory.at(-1)!].map(([what, mb]) => `${what} ${mb.toFixed(0)} MB`).join(', ')
    console.log(`part ${part + 1}: gesture ${median(own).toFixed(0)} ms, ${said}`)
  }
  console.log(
    `\n| a shift of ${IMAGES} images, ${IMAGES * GESTURES} gestures | median | p95 | max | must | met |`,
  )
  console.log('|---|---|---|---|---|---|')
  console.log(rowOf('key to next image', next, 100, 'p95'))
  const growth = median(gestures.at(-1)!) / median(gestures[0]!)
  console.log(grown('time of a gesture, last tenth to first', growth, 1.1))
  for (const [what, first] of memory[0]!) {
    console.log(grown(`memory of ${what}, end to first tenth`, (memory.at(-1)!.get(what) ?? 0) / first, 1.1))
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

function grown(what: string, ratio: number, most: number): string {
  if (!(ratio <= most)) process.exitCode = 1
  return `| ${what} | ${ratio.toFixed(2)} |  |  | ${most} | ${ratio <= most ? 'yes' : 'NO'} |`
}

/** Tones, once a frame, on a picture of 4,096 px. */
async function tones(page: Page): Promise<void> {
  await page.getByTestId('canvas').focus()
  await expect(page.getByTestId('canvas')).toHaveAttribute('data-ready', 'true')
  await page.getByTestId('eye').click()
  const times = await page.evaluate(async () => {
    const slider = document.querySelector<HTMLInputElement>('[data-testid="tone-brightness"]')!
    const next = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
    const frames: number[] = []
    let before = await next()
    for (let i = 0; i < 150; i++) {
      slider.value = String(Math.sin(i / 10) / 2)
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      const now = await next()
      frames.push(now - before)
      before = now
    }
    return frames
  })
  console.log(rowOf('tones of a picture of 4,096 px, from frame to frame', times, 33.5, 'p95'))
}

build()
const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
const screen = await openDisplay()
const options = screen ? { display: screen.name } : {}
try {
  const images = join(folder, 'shift')
  await makeFolder(images)
  const window = await start({ userData: join(folder, 'user-data'), args: ['--open', images], ...options })
  await expect(window.page.getByTestId('image-count')).toHaveText(IMAGES.toLocaleString('en'), {
    timeout: 120_000,
  })
  await shift(window)
  await window.app.close()

  const large = join(folder, 'large')
  mkdirSync(large)
  await sharp({ create: { width: 4096, height: 4096, channels: 3, background: '#345', noise: { type: 'gaussian', mean: 90, sigma: 30 } } }) // prettier-ignore
    .jpeg()
    .toFile(join(large, 'large.jpg'))
  const other = await start({ userData: join(folder, 'other'), args: ['--open', large], ...options })
  await tones(other.page)
  await other.app.close()
} finally {
  screen?.server.kill()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
