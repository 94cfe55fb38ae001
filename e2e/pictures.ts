import { expect, type Locator, type Page } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { root, type Drydock } from './harness.ts'

/** Pictures in both themes and three sizes. `DRYDOCK_SCREENSHOTS`: another folder than out/screenshots. */
export const folder = resolve(root, process.env['DRYDOCK_SCREENSHOTS'] ?? join('out', 'screenshots'))
/** The few that the README shows. */
const forReadme = join(root, 'resources', 'screenshots')
const README_PICTURES = new Set([
  'annotate-dark-1440',
  'embeddings-dark-1440',
  'review-light-1440',
  'train-dark-1440',
])

const ALL_SIZES = [
  [1024, 700],
  [1440, 900],
  [2560, 1440],
] as const
/** `DRYDOCK_SCREENSHOT_WIDTH`: this one alone; 1440 is what the README needs. */
const only = process.env['DRYDOCK_SCREENSHOT_WIDTH']
const SIZES = ALL_SIZES.filter(([width]) => only === undefined || String(width) === only)
export const THEMES = ['dark', 'light'] as const

/** Fonts, thumbnails and the canvas's next frames are there. @param under what the pointer is over; default: nothing */
async function still(page: Page, under: Locator | null): Promise<void> {
  // left of what may lie over its middle
  if (under) await under.hover({ position: { x: 260, y: 300 } })
  else await page.mouse.move(2, 2)
  await page.waitForFunction(
    () => document.querySelector('[data-path] canvas:not([data-marks], [data-drawn])') === null,
  )
  await page.evaluate(async () => {
    await document.fonts.ready
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})))
    for (let frame = 0; frame < 4; frame++) await new Promise((next) => requestAnimationFrame(next))
  })
}

/** What the pointer is over, and what is seen then. */
interface Pointing {
  under: Locator
  shows: Locator
}

/**
 * One state of the window in every theme and size.
 * @param largest whether in the largest size too: what opens above a view is not looked at there
 * @param pointing default: at nothing
 * @param narrow whether in the smallest size too, in which the right panel is a drawer that is shut
 */
export async function picture(
  drydock: Drydock,
  name: string,
  largest = true,
  { pointing = null, narrow = true }: { pointing?: Pointing | null; narrow?: boolean } = {},
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  mkdirSync(forReadme, { recursive: true })
  const { page } = drydock
  // notes come and go by themselves; they are not what the pictures are about
  const notes = page.getByTestId('toast-note')
  await expect(async () => {
    // a sheet may lie over them
    const dismiss = notes.getByRole('button', { name: 'Dismiss' })
    if ((await notes.count()) > 0) await dismiss.first().dispatchEvent('click', {}, { timeout: 1000 })
    await expect(notes).toHaveCount(0, { timeout: 100 })
  }).toPass()
  for (const [width, height] of SIZES) {
    if ((!largest && width > 2000) || (!narrow && width < 1100)) continue
    await drydock.resize(width, height)
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme })
      await still(page, pointing?.under ?? null)
      if (pointing) await expect(pointing.shows).toBeVisible()
      const file = `${name}-${theme}-${width}`
      const png = await page.screenshot({ path: join(folder, `${file}.png`) })
      const { channels } = await sharp(png).stats()
      expect(Math.max(...channels.map(({ stdev }) => stdev)), `${file} shows something`).toBeGreaterThan(1)
      if (!README_PICTURES.has(file)) continue
      await sharp(png)
        .png({ palette: true, quality: 90, effort: 10 })
        .toFile(join(forReadme, `${name}.png`))
    }
  }
}

/** How the last training saw the open image, step by step, as an animation for the README; Train shows its film. */
export async function film(drydock: Drydock, name: string): Promise<void> {
  mkdirSync(forReadme, { recursive: true })
  const { page } = drydock
  await drydock.resize(1024, 700)
  await page.emulateMedia({ colorScheme: 'dark' })
  const scrub = page.getByTestId('film-scrub')
  await scrub.focus()
  await scrub.press('Home')
  const shown = page.getByTestId('film')
  const last = Number(await scrub.getAttribute('max'))
  const frames: Buffer[] = []
  for (let at = 0; at <= last; at++) {
    if (at > 0) await scrub.press('ArrowRight')
    await expect(scrub).toHaveValue(String(at))
    const step = /\d+/.exec(await page.getByTestId('film-step').innerText())?.[0] ?? ''
    await expect(shown.getByRole('img', { name: `at step ${step}:` })).toBeVisible()
    await still(page, null)
    frames.push(await shown.screenshot())
  }
  await sharp(frames, { join: { animated: true } })
    .webp({ quality: 70, delay: frames.map((_, i) => (i === last ? 2500 : 700)), loop: 0 })
    .toFile(join(forReadme, `${name}.webp`))
}
