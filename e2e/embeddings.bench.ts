import type { Page } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { inferenceToBytes } from '../src-main/core/cluster/inference-bytes.ts'
import { rafts } from '../src-main/testing/inference.ts'
import build from './build.ts'
import { expect, root, start } from './harness.ts'
import { openDisplay, rowOf } from './measuring.ts'

/**
 * `npm run bench -- embeddings`: how the plot of the real window keeps up with some 200,000 points. The inference of an image of 768 x 768
 * is put into the cache. Under Xvfb where it is there (an ordinary window), else off screen; frames are those of the page.
 */

const SIDE = 768

function drydock(...words: string[]): void {
  const run = spawnSync(process.execPath, [join(root, 'src-main', 'cli', 'main.ts'), ...words], {
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(`drydock ${words[0]}: ${run.stdout}${run.stderr}`)
}

/** A project with one image, whose inference is that of a crowded harbour. @returns points */
async function makeProject(images: string): Promise<number> {
  mkdirSync(images)
  const data = new Uint8Array(SIDE * SIDE * 3).fill(60)
  await sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } }).toFile(join(images, 'sea.png'))
  drydock('predict', '--project', images)
  const inference = rafts({ side: SIDE, fill: 0.4 })
  const cache = join(`${images}.drydock`, 'cache', 'inferences')
  const files = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.bin'),
  )
  for (const file of files) writeFileSync(join(cache, file), Buffer.concat(inferenceToBytes(inference)))
  return inference.index.length
}

/** Moves the pointer over the plot, turns the wheel in it, or moves alpha, once a frame. @returns times from frame to frame in ms */
async function frames(
  page: Page,
  kind: 'brush' | 'pan' | 'zoom' | 'slide',
  places: readonly [number, number][],
  count = 200,
): Promise<number[]> {
  return page.evaluate(
    async ([kind, places, count]) => {
      const plot = document.querySelector('[data-testid="scatter"]')!
      const box = plot.getBoundingClientRect()
      const slider = document.querySelector<HTMLInputElement>('[data-testid="draft-alpha"]')!
      const step = (i: number): void => {
        if (kind === 'slide') {
          slider.value = String(5 + (i % 15))
          slider.dispatchEvent(new Event('input', { bubbles: true }))
          return
        }
        const [x, y] = places[i % places.length]!
        const across = { clientX: box.x + x, clientY: box.y + y }
        const up = Math.floor((i + 5) / 10) % 2 === 0 ? -1 : 1
        const middle = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, cancelable: true }
        if (kind === 'brush')
          plot.dispatchEvent(new PointerEvent('pointermove', { ...across, bubbles: true }))
        else if (kind === 'zoom') {
          plot.dispatchEvent(new WheelEvent('wheel', { ...middle, deltaY: 30 * up, bubbles: true }))
        } else
          plot.dispatchEvent(
            new WheelEvent('wheel', { ...middle, deltaX: 9 * up, shiftKey: true, bubbles: true }),
          )
      }
      const next = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
      const times: number[] = []
      let lit = 0
      let before = await next()
      for (let i = 0; i < count; i++) {
        step(i)
        const now = await next()
        times.push(now - before)
        before = now
        if (document.querySelector('tr.brushed')) lit++
      }
      if (kind === 'brush' && lit < count / 2)
        throw new Error(`only ${lit} of ${count} moves brushed a cluster`)
      return times
    },
    [kind, places, count] as const,
  )
}

/** Places of the plot, CSS px, where a cluster lights up, each another one than the place before. */
async function lightPlaces(page: Page): Promise<[number, number][]> {
  return page.evaluate(async () => {
    const plot = document.querySelector('[data-testid="scatter"]')!
    const box = plot.getBoundingClientRect()
    const next = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
    const found: [number, number][] = []
    for (let i = 0; i < 400; i++) {
      const [x, y] = [
        40 + (i % 20) * ((box.width - 80) / 20),
        40 + Math.floor(i / 20) * ((box.height - 80) / 20),
      ]
      plot.dispatchEvent(
        new PointerEvent('pointermove', { clientX: box.x + x, clientY: box.y + y, bubbles: true }),
      )
      await next()
      if (document.querySelector('tr.brushed')) found.push([x, y])
    }
    return found
  })
}

async function measure(page: Page, points: number): Promise<void> {
  await page.getByTestId('view-embeddings').click()
  await expect(page.getByTestId('point-count')).toContainText(points.toLocaleString('en'), {
    timeout: 60_000,
  })
  // a draft of its own: what is stored is of another inference
  for (const setting of ['foreground', 'minScore']) {
    await page.getByTestId(`draft-${setting}`).focus()
    await page.keyboard.press('Home')
  }
  await expect(page.getByTestId('point-count')).toContainText(/[1-9]\d\d clusters/, { timeout: 60_000 })
  const places = await lightPlaces(page)
  console.log(
    `| ${points.toLocaleString('en')} points | median | p95 | max | must | met |\n|---|---|---|---|---|---|`,
  )
  for (const [kind, what] of [
    ['brush', 'brushed cluster by cluster, from frame to frame'],
    ['pan', 'pan'],
    ['zoom', 'zoom'],
  ] as const) {
    console.log(rowOf(what, await frames(page, kind, places), 17.5, 'p95'))
  }
  console.log(
    rowOf(
      'alpha moved at each frame, which clusters anew',
      await frames(page, 'slide', places, 100),
      100,
      'p95',
    ),
  )
}

build()
const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
const screen = await openDisplay()
try {
  const images = join(folder, 'sea')
  const points = await makeProject(images)
  const window = await start({
    userData: join(folder, 'user-data'),
    args: ['--open', images],
    ...(screen ? { display: screen.name } : {}),
  })
  await window.page.getByTestId('canvas').waitFor()
  await measure(window.page, points)
  await window.app.close()
} finally {
  screen?.server.kill()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
