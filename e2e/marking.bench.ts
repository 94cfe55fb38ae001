import type { Page } from '@playwright/test'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import build from './build.ts'
import { expect as soon, start, type Drydock } from './harness.ts'
import { openDisplay, rowOf, toNextImage } from './measuring.ts'
import { openImage } from './steps.ts'

/**
 * `npm run bench -- marking [MARKING=next|tones|wand|smart]`: what a hand waits for. From a key to the next picture, tones on a picture of 4,096 px, what the wand offers
 * under the pointer, and the mask in a smart box, in the real window.
 */

/** On a machine that does other things too. */
const expect = soon.configure({ timeout: 60_000 })

const IMAGES = 120
/** ms between two keys of a person who has nothing to mark */
const PACE = 300

const noise = (side: number, mean: number) =>
  sharp({
    create: { width: side, height: side, channels: 3, background: '#345', noise: { type: 'gaussian', mean, sigma: 30 } },
  }).jpeg() // prettier-ignore

/** Done and No ship in turn, through pictures of 768 px. */
async function next({ page }: Drydock): Promise<void> {
  await expect(page.getByTestId('image-count')).toHaveText(String(IMAGES))
  await page.getByTestId('canvas').focus()
  await expect(page.getByTestId('canvas')).toHaveAttribute('data-pictured', 'true')
  const times: number[] = []
  for (let i = 0; i < IMAGES - 1; i++) {
    await page.waitForTimeout(PACE)
    times.push(await toNextImage(page, i % 2 === 0 ? 'd' : 'n'))
  }
  console.log(rowOf('key (Done, No ship) to next picture of 768 px', times, 100, 'p95'))
}

/** Tones, once a frame, on a picture of 4,096 px. */
async function tones({ page }: Drydock): Promise<void> {
  await page.getByTestId('canvas').focus()
  await expect(page.getByTestId('canvas')).toHaveAttribute('data-pictured', 'true')
  // the finest tiles are there, too
  await page.waitForTimeout(3000)
  await page.getByTestId('eye').click()
  for (const [control, reach] of [
    ['tone-brightness', 0.5],
    ['tone-contrast', 0.5],
  ] as const) {
    const times = await page.evaluate(
      async ([id, most]) => {
        const slider = document.querySelector<HTMLInputElement>(`[data-testid="${id}"]`)!
        const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
        const frames: number[] = []
        let before = await frame()
        for (let i = 0; i < 150; i++) {
          slider.value = String(Math.sin(i / 10) * most)
          slider.dispatchEvent(new Event('input', { bubbles: true }))
          const now = await frame()
          frames.push(now - before)
          before = now
        }
        return frames
      },
      [control, reach] as const,
    )
    console.log(rowOf(`${control} on a picture of 4,096 px, from frame to frame`, times, 33.5, 'p95'))
  }
}

/** What the wand offers, at places all over the ships of an image, from the pointer's event to the end of the frame that shows it. */
async function wand(drydock: Drydock): Promise<void> {
  const { page } = drydock
  await openImage(drydock, 'athens-terminal.png')
  await drydock.menu('predict-image')
  await expect(page.getByTestId('cancel-job')).toHaveCount(0)
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('w')
  await page.waitForTimeout(1000)
  console.log(rowOf('what the wand offers, from the pointer to the picture', await hoverAll(page), 33, 'p95'))
}

const BOXES = 48

/** Boxes of all sizes, dragged anywhere: from the drag's end to the mask, and what the window does meanwhile. */
async function smart(drydock: Drydock): Promise<void> {
  const { page } = drydock
  await openImage(drydock, 'athens-terminal.png')
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('s')
  // a hand takes the tool, and then aims
  await page.waitForTimeout(1000)
  const frame = (await page.getByTestId('canvas').boundingBox())!
  const [times, longest]: [number[], number[]] = [[], []]
  for (let i = 0; i < BOXES; i++) {
    const [width, height] = [12 * 1.08 ** i, 12 * 1.08 ** ((i * 7) % BOXES)]
    const x = frame.x + (frame.width - width) * (0.1 + 0.8 * ((i * 0.618034) % 1))
    // the picture is wider than high
    const y = frame.y + (frame.height - height) * (0.2 + 0.6 * ((i * 0.414214) % 1))
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + width, y + height, { steps: 4 })
    const watch = await page.evaluateHandle(watchForMask)
    await page.mouse.up()
    const [ms, gap] = await watch.evaluate(({ done }) => done)
    times.push(ms)
    longest.push(gap)
    await page.keyboard.press('Escape')
  }
  console.log(rowOf('smart box, from the end of the drag to its mask', times, 100, 'max'))
  console.log(rowOf('the longest from frame to frame meanwhile', longest, 50, 'max'))
}

/** Runs in the page. @returns ms from the pointer's release to the end of the frame that shows a mask, and the longest from frame to frame until then */
function watchForMask(): { done: Promise<readonly [number, number]> } {
  const done = (async () => {
    const from = await new Promise<number>((resolve) => {
      addEventListener('pointerup', () => resolve(performance.now()), { capture: true, once: true })
    })
    // it stands in the tool bar or on the picture, as there is room
    const hint = () => document.querySelector('[data-testid="hint"]')?.textContent ?? ''
    let [before, gap, over] = [from, 0, false]
    const count = (now: number) => {
      gap = Math.max(gap, now - before)
      before = now
      if (!over) requestAnimationFrame(() => count(performance.now()))
    }
    requestAnimationFrame(() => count(performance.now()))
    while (!hint().startsWith('Enter keeps it')) {
      await new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          observer.disconnect()
          resolve()
        })
        observer.observe(document.body, { childList: true, characterData: true, subtree: true })
      })
    }
    // the frame is over with the task after it
    await new Promise((resolve) => setTimeout(resolve))
    over = true
    const ms = performance.now() - from
    return [ms, Math.max(gap, performance.now() - before)] as const
  })()
  return { done }
}

async function hoverAll(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const canvas = document.querySelector('[data-testid="canvas"]')!
    const box = canvas.getBoundingClientRect()
    const times: number[] = []
    for (let i = 0; i < 200; i++) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const from = performance.now()
      const [x, y] = [0.1 + 0.8 * ((i * 0.618034) % 1), 0.1 + 0.8 * ((i * 0.414214) % 1)]
      const at = { clientX: box.left + box.width * x, clientY: box.top + box.height * y }
      canvas.dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true, pointerId: 1 }))
      // drawn in the next frame, and over with the task after it
      await new Promise((resolve) => requestAnimationFrame(resolve))
      await new Promise((resolve) => setTimeout(resolve))
      times.push(performance.now() - from)
    }
    return times
  })
}

async function folderOf(folder: string, count: number, side: number): Promise<string> {
  mkdirSync(folder)
  for (let i = 0; i < count; i++) await noise(side, 60 + (i % 60)).toFile(join(folder, `sea-${String(i).padStart(3, '0')}.jpg`)) // prettier-ignore
  return folder
}

build()
const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
const screen = await openDisplay()
const PARTS: Record<string, { what: (drydock: Drydock) => Promise<void>; args: () => Promise<string[]> }> = {
  next: { what: next, args: async () => ['--open', await folderOf(join(folder, 'shift'), IMAGES, 768)] },
  tones: { what: tones, args: async () => ['--open', await folderOf(join(folder, 'large'), 1, 4096)] },
  wand: { what: wand, args: async () => ['--open-sample'] },
  smart: { what: smart, args: async () => ['--open-sample'] },
}
const chosen = process.env['MARKING']
try {
  console.log('| what | median | p95 | max | must | met |\n|---|---|---|---|---|---|')
  for (const [name, { what, args }] of Object.entries(PARTS)) {
    if (chosen !== undefined && chosen !== name) continue
    const userData = join(folder, `user-data-${name}`)
    const window = await start({ userData, args: await args(), ...(screen && { display: screen.name }) })
    await what(window)
    await window.app.close()
  }
} finally {
  screen?.server.kill()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
