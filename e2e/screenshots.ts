import type { Page } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { expect, root, test, type Drydock } from './harness.ts'
import { openImage } from './steps.ts'

/** Pictures of every view in both themes and three sizes. `DRYDOCK_SCREENSHOTS`: another folder than out/screenshots. */
const folder = resolve(root, process.env['DRYDOCK_SCREENSHOTS'] ?? join('out', 'screenshots'))
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
/** has touching ships, marked and predicted */
const SHOWN = 'drawn-side-by-side.jpg'
const THEMES = ['dark', 'light'] as const

/** Fonts, thumbnails and the canvas's next frames are there. */
async function still(page: Page): Promise<void> {
  await page.mouse.move(2, 2)
  await page.evaluate(async () => {
    await document.fonts.ready
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})))
    for (let frame = 0; frame < 4; frame++) await new Promise((next) => requestAnimationFrame(next))
  })
}

/** One state of the window in every theme and size. */
async function picture(drydock: Drydock, name: string): Promise<void> {
  const { page } = drydock
  // notes come and go by themselves; they are not what the pictures are about
  for (const note of await page.getByTestId('toast-note').all()) {
    await note.getByRole('button', { name: 'Dismiss' }).click()
  }
  for (const [width, height] of SIZES) {
    await drydock.resize(width, height)
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme })
      await still(page)
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

test('every view', async ({ launch, folder: own }) => {
  mkdirSync(folder, { recursive: true })
  mkdirSync(forReadme, { recursive: true })
  const drydock = await launch()
  const { page } = drydock
  await picture(drydock, 'start')

  await test.step('an empty folder', async () => {
    const nothing = join(own, 'nothing')
    mkdirSync(nothing)
    await drydock.drop(nothing)
    await expect(page.getByTestId('toast-error')).toBeVisible()
    await picture(drydock, 'start-error')
    await page.getByTestId('toast-error').getByRole('button', { name: 'Dismiss' }).click()
  })

  await page.getByTestId('open-sample').click()
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await openImage(drydock, 'drawn-marina.jpg')
  await picture(drydock, 'annotate-unpredicted')
  await page.getByTestId('view-embeddings').click()
  await picture(drydock, 'embeddings-empty')
  await page.getByTestId('view-review').click()
  await picture(drydock, 'review-empty')
  await page.getByTestId('view-train').click()
  await expect(page.getByTestId('train-used')).toBeVisible()
  await picture(drydock, 'train-empty')

  await page.getByTestId('view-annotate').click()
  await drydock.menu('predict-all')
  await expect(page.getByTestId('cancel-job')).toBeVisible()
  await picture(drydock, 'annotate-predicting')
  await expect(page.getByTestId('cancel-job')).toHaveCount(0)
  await openImage(drydock, SHOWN)
  await expect(page.getByTestId('image-f2')).toHaveText(/\d/)
  await picture(drydock, 'annotate')

  await page.getByTestId('view-embeddings').click()
  await expect(page.getByTestId('point-count')).toContainText('clusters')
  await page.getByTestId('clusters').getByRole('button').first().click()
  await picture(drydock, 'embeddings')
  await page.getByTestId('view-review').click()
  await expect(page.getByTestId('review-f2')).toHaveText(/\d/)
  await picture(drydock, 'review')

  await page.getByTestId('view-train').click()
  await page.getByLabel('Unit of the length').selectOption('steps')
  await page.getByLabel('Train for, steps').fill('60')
  await page.getByLabel('Train for, steps').press('Enter')
  await page.getByLabel('Every').fill('12')
  await page.getByLabel('Every').press('Enter')
  await page.getByTestId('start-training').click()
  await expect(page.getByTestId('f2-curve')).toHaveAttribute('data-points', '2', { timeout: 240_000 })
  await picture(drydock, 'train-running')
  await expect(page.getByTestId('train-state')).toContainText('finished', { timeout: 240_000 })
  await picture(drydock, 'train')
  await page.getByTestId('tab-film').click()
  await expect(page.getByTestId('film-f2')).toContainText('found')
  await picture(drydock, 'train-film')
  await page.getByTestId('tab-crops').click()
  await expect(page.getByTestId('crops').locator('canvas').first()).toBeVisible()
  await picture(drydock, 'train-crops')
  await page.getByTestId('tab-curves').click()
  await page.getByTestId('show-groups').click()
  await expect(page.getByTestId('group').first()).toBeVisible()
  await picture(drydock, 'train-groups')
  await page.keyboard.press('Escape')

  await page.getByTestId('show-keys').click()
  await picture(drydock, 'keys')
  await page.keyboard.press('Escape')
  await page.getByTestId('engine').click()
  await picture(drydock, 'engine')
  await page.keyboard.press('Escape')
  await page.getByTestId('view-annotate').click()
  await drydock.answerDialogs(join(root, 'resources', 'sample', 'truth.csv'))
  await drydock.menu('import-labels')
  await expect(page.getByTestId('import-preview')).toBeVisible()
  await picture(drydock, 'import')
})
