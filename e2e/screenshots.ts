import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, root, test, type Drydock } from './harness.ts'
import type { CanvasHand } from './canvas.ts'
import { folder, picture, THEMES } from './pictures.ts'
import { handOn, jobsAreOver, openImage } from './steps.ts'

/** has touching ships, marked and predicted */
const SHOWN = 'drawn-side-by-side.jpg'

/** Opens something, takes its picture, and closes it again by Escape. */
async function opened(drydock: Drydock, name: string, opener: string, inside?: string): Promise<void> {
  const { page } = drydock
  await page.getByTestId(opener).click()
  if (inside !== undefined) await expect(page.getByTestId(inside)).toBeVisible()
  await picture(drydock, name, false)
  await page.keyboard.press('Escape')
}

/** A menu over the canvas, which goes when the window's size changes. */
async function instanceMenu({ page }: Drydock): Promise<void> {
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('Shift+F10')
  await expect(page.getByTestId('instance-menu')).toBeVisible()
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme })
    await page.screenshot({ path: join(folder, `annotate-instance-menu-${theme}.png`) })
  }
  await page.keyboard.press('Escape')
}

/** Each tool in mid-gesture. */
async function tools(drydock: Drydock, hand: CanvasHand): Promise<void> {
  const { page } = drydock
  const { keyboard, mouse } = page
  const shoot = async (name: string): Promise<void> => {
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme })
      await page.screenshot({ path: join(folder, `tool-${name}-${theme}-1440.png`) })
    }
  }
  const clicks = async (key: string, ...points: readonly [number, number][]): Promise<void> => {
    await keyboard.press(key)
    for (const [x, y] of points.slice(0, -1)) await hand.click(x, y)
    const [x, y] = points.at(-1)!
    await hand.hover(x, y)
  }
  const drag = async (key: string, ...points: readonly [number, number][]): Promise<void> => {
    await keyboard.press(key)
    const [first, ...others] = points.map(([x, y]) => hand.at(x, y))
    await mouse.move(first!.x, first!.y)
    await mouse.down()
    for (const point of others) await mouse.move(point.x, point.y, { steps: 4 })
  }
  const back = async (): Promise<void> => {
    await mouse.up()
    for (let press = 0; press < 4; press++) await keyboard.press('Escape')
  }
  await page.getByTestId('canvas').focus()
  await clicks('p', [60, 60], [140, 50], [160, 110], [90, 140])
  await shoot('polygon')
  await back()
  await clicks('r', [60, 60], [160, 80], [150, 110])
  await shoot('box')
  await back()
  await clicks('i', [60, 200], [160, 200], [160, 300], [70, 290])
  await shoot('ignore')
  await back()
  await drag('b', [60, 60], [120, 80], [180, 70])
  await shoot('brush')
  await mouse.up()
  await keyboard.press('Control+z')
  await back()
  await clicks('w', [430, 110])
  await shoot('wand')
  await back()
  // along one of two ships that touch
  await keyboard.press('s')
  await hand.click(373, 155)
  await hand.click(484, 99)
  await expect(page.getByTestId('hint')).toContainText('Enter keeps it')
  await shoot('smart')
  await back()
  await drag('k', [410, 60], [440, 180])
  await shoot('knife')
  await keyboard.press('Escape')
  await back()
  await drag('u', [60, 60], [200, 120])
  await shoot('ruler')
  await back()
  await keyboard.press('v')
}

test('every view', async ({ launch, folder: own }) => {
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
  await test.step('what opens in Annotate', async () => {
    await drydock.resize(1440, 900)
    await tools(drydock, await handOn(drydock, SHOWN))
    // what lies over a narrow window stays open from here on
    await drydock.resize(1024, 700)
    await page.getByTestId('drawer').click()
    await page.getByTestId('instances').locator('[role=option]').first().click()
    await picture(drydock, 'annotate-selected')
    await instanceMenu(drydock)
    await opened(drydock, 'annotate-eye', 'eye', 'eye-sheet')
    await opened(drydock, 'annotate-filter', 'filter-menu', 'filter-panel')
    await opened(drydock, 'annotate-sort', 'sort-menu')
    await opened(drydock, 'annotate-project', 'project-menu')
    await opened(drydock, 'annotate-runs', 'run-menu')
    await drydock.resize(1440, 900)
    await opened(drydock, 'annotate-overlap', 'policy-menu')
    await opened(drydock, 'annotate-flag', 'flag', 'flag-box')
    await opened(drydock, 'annotate-leave-out', 'leave-out', 'leave-out-box')
    await drydock.resize(1440, 900)
    await opened(drydock, 'annotate-mapping', 'mapping-open', 'mapping')
    await drydock.resize(1440, 900)
    await opened(drydock, 'annotate-categories', 'categories', 'categories-sheet')
    await page.getByTestId('filter').fill('nothing has this name')
    await picture(drydock, 'annotate-no-match')
    await page.getByTestId('filter').fill('')
    await drydock.menu('export-labels')
    await expect(page.getByTestId('export-sheet')).toBeVisible()
    await picture(drydock, 'annotate-export')
    await page.keyboard.press('Escape')
  })

  await page.getByTestId('view-embeddings').click()
  await expect(page.getByTestId('point-count')).toContainText('clusters')
  await page.getByTestId('clusters').getByRole('button').first().click()
  await picture(drydock, 'embeddings')
  await drydock.resize(1024, 700)
  await opened(drydock, 'embeddings-more', 'more-tools')
  await opened(drydock, 'embeddings-sweep', 'open-sweep', 'sweep')
  await page.getByTestId('view-review').click()
  await expect(page.getByTestId('review-f2')).toHaveText(/\d/)
  await picture(drydock, 'review')
  await page.getByTestId('list-fixes').click()
  await page.getByTestId('set-fixes').locator('[role=option]').first().click()
  await expect(page.getByTestId('fix').first()).toBeVisible()
  await picture(drydock, 'review-fixes')
  await page.getByTestId('list-suspects').click()
  await picture(drydock, 'review-suspects')
  await page.getByTestId('list-images').click()
  await page.getByTestId('middle-pictures').click()
  await expect(page.getByTestId('gallery')).toBeVisible()
  await picture(drydock, 'review-pictures')
  await page.getByTestId('middle-image').click()

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
  await page.getByTestId('tab-learning-curve').click()
  await picture(drydock, 'train-learning-curve')
  await page.getByTestId('tab-curves').click()
  await page.getByTestId('show-groups').click()
  await expect(page.getByTestId('group').first()).toBeVisible()
  await picture(drydock, 'train-groups')
  await page.keyboard.press('Escape')

  await opened(drydock, 'train-menu', 'versions-menu')
  await page.getByTestId('make-current').click()
  await drydock.menu('predict-all')
  await expect(page.getByTestId('cancel-job')).toBeVisible()
  await jobsAreOver(drydock)
  await page.getByTestId('run-menu').click()
  await page.getByRole('menuitem', { name: 'Compare two runs' }).click()
  await expect(page.getByTestId('mean-difference')).toHaveText(/\d/)
  await picture(drydock, 'compare')
  await page.getByTestId('compare-close').click()

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
