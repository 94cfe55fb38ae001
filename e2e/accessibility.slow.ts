import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { complaintsInBothThemes } from './axe.ts'
import { expect, root, test } from './harness.ts'
import { ask, jobsAreOver, openImage, sampleIn } from './steps.ts'

test('axe finds nothing in any view, nor in what opens above it, in either theme; what has opened keeps the focus, and gives it back', async ({
  launch,
  folder,
}) => {
  const drydock = await launch()
  const { page } = drydock
  const { keyboard } = page
  // all of the tool bar has room
  await drydock.resize(1600, 1000)
  const look = async (name: string, within?: string): Promise<void> => {
    expect.soft(await complaintsInBothThemes(drydock, within), name).toEqual([])
  }
  /** A control opens something, by Enter; Escape closes it, and the control has the focus again. */
  const opens = async (opener: string, what: string, inside?: () => Promise<void>): Promise<void> => {
    const control = page.getByTestId(opener)
    await control.focus()
    await keyboard.press('Enter')
    await expect(page.locator(what)).toBeVisible()
    await look(opener, what)
    await inside?.()
    await keyboard.press('Escape')
    await expect(page.locator(what)).toHaveCount(0)
    await expect(control, `${opener} has the focus again`).toBeFocused()
  }
  const menu = (opener: string) => opens(opener, '[role=menu]')
  const sheet = (opener: string, testid: string) =>
    opens(opener, `dialog[data-testid=${testid}]`, () => tabsStayIn('dialog'))
  const tabsStayIn = async (outer: string): Promise<void> => {
    for (let press = 0; press < 12; press++) {
      await keyboard.press('Tab')
      const out = await page.evaluate((selector) => {
        const { activeElement: at, body } = document
        return at !== null && at !== body && at.closest(selector) === null ? at.outerHTML : null
      }, outer)
      expect(out).toBeNull()
    }
  }
  /** Tab through all controls: each shows that it has the focus. */
  const rings = async (view: string): Promise<void> => {
    await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
    const seen = new Set<string>()
    for (let press = 0; press < 120; press++) {
      await keyboard.press('Tab')
      const at = await page.evaluate(() => {
        const element = document.activeElement
        if (element === null || element === document.body) return null
        const { outlineStyle, outlineWidth } = getComputedStyle(element)
        return {
          html: element.outerHTML.slice(0, 160),
          ring: outlineStyle !== 'none' && outlineWidth !== '0px',
        }
      })
      if (at === null || (seen.has(at.html) && seen.size > 20)) break
      seen.add(at.html)
      expect.soft(at.ring, `${view}: a ring on ${at.html}`).toBe(true)
    }
  }

  await test.step('start', async () => {
    await look('start')
    mkdirSync(join(folder, 'nothing'))
    await drydock.drop(join(folder, 'nothing'))
    await expect(page.getByTestId('toast-error')).toBeVisible()
    await look('a failure', '[data-testid=toast-error]')
    await page.getByTestId('toast-error').getByRole('button', { name: 'Dismiss' }).click()
    await page.getByTestId('open-sample').click()
    await expect(page.getByTestId('image-count')).toHaveText('22')
  })

  await test.step('Annotate', async () => {
    await openImage(drydock, 'drawn-side-by-side.jpg')
    await drydock.menu('predict-image')
    await expect(page.getByTestId('image-f2')).toHaveText(/\d/)
    await jobsAreOver(drydock)
    await page.getByTestId('instances').locator('[role=option]').first().click()
    await look('annotate')
    await rings('annotate')
    for (const opener of [
      'project-menu',
      'run-menu',
      'sort-menu',
      'refine-menu',
      'policy-menu',
      'category-filter',
    ])
      await menu(opener)
    await opens('filter-menu', '[data-testid=filter-panel]')
    await opens('eye', '[data-testid=eye-sheet]')
    await opens('engine', '[data-testid=engine-why]')
    await sheet('show-keys', 'keys-sheet')
    await sheet('categories', 'categories-sheet')
    await page.getByTestId('mapping-open').click()
    await look('bands and range', '[data-region=panel]')
    await page.getByTestId('mapping-open').click()

    const canvas = page.getByTestId('canvas')
    for (const [key, box] of [
      ['Shift+F10', 'instance-menu'],
      ['g', 'flag-box'],
      ['Shift+N', 'leave-out-box'],
    ] as const) {
      await canvas.focus()
      await keyboard.press(key)
      await expect(page.getByTestId(box)).toBeVisible()
      await look(box, `[data-testid=${box}]`)
      await keyboard.press('Escape')
      await expect(page.getByTestId(box)).toHaveCount(0)
      await expect(canvas).toBeFocused()
    }
    await page.getByTestId('queue').focus()
    await keyboard.press('Control+a')
    await expect(page.getByTestId('chosen-bar')).toBeVisible()
    await look('several images', '[data-testid=chosen-bar]')
    await menu('chosen-menu')
    await page.getByTestId('choose-none').click()
    await drydock.menu('export-labels')
    await expect(page.getByTestId('export-sheet')).toBeVisible()
    await look('export', 'dialog')
    await keyboard.press('Escape')
    await drydock.answerDialogs(join(root, 'resources', 'sample', 'truth.csv'))
    await drydock.menu('import-labels')
    await expect(page.getByTestId('import-preview')).toBeVisible()
    await look('import', 'dialog')
    await tabsStayIn('dialog')
    await keyboard.press('Escape')
    await expect(page.locator('dialog')).toHaveCount(0)
  })

  await test.step('Embeddings', async () => {
    await page.getByTestId('view-embeddings').click()
    await expect(page.getByTestId('point-count')).toContainText('clusters')
    await page.getByTestId('clusters').getByRole('button').first().click()
    await look('embeddings')
    await rings('embeddings')
    await sheet('open-sweep', 'sweep')
  })

  await test.step('Review', async () => {
    await page.getByTestId('view-review').click()
    await expect(page.getByTestId('review-f2')).toHaveText(/\d/)
    await look('review')
    await rings('review')
    for (const list of ['fixes', 'suspects']) {
      await page.getByTestId(`list-${list}`).click()
      await look(list, '[data-region=worst]')
    }
    await page.getByTestId('middle-pictures').click()
    await expect(page.getByTestId('gallery')).toBeVisible()
    await look('small pictures', '[data-testid=gallery]')
    for (const opener of ['gallery-sort', 'gallery-kind', 'gallery-size', 'gallery-score']) await menu(opener)
  })

  await test.step('Train', async () => {
    await page.getByTestId('view-train').click()
    await expect(page.getByTestId('train-used')).toBeVisible()
    await look('train')
    await rings('train')
    await menu('versions-menu')
    await sheet('show-groups', 'groups-sheet')
    await page.getByTestId('versions-menu').click()
    await page.getByRole('menuitem', { name: 'Side by side' }).click()
    await expect(page.getByTestId('versions-sheet')).toBeVisible()
    await look('versions side by side', 'dialog')
    await keyboard.press('Escape')
    await expect(page.getByTestId('versions-menu')).toBeFocused()
  })

  await test.step('two runs side by side', async () => {
    await page.getByTestId('view-annotate').click()
    await page.getByTestId('flips').click()
    await drydock.menu('predict-image')
    await expect.poll(() => ask<{ n: number }>(sampleIn(folder), 'select count(*) n from runs')[0]?.n).toBe(2)
    await jobsAreOver(drydock)
    await page.getByTestId('run-menu').click()
    await page.getByRole('menuitem', { name: 'Compare two runs' }).click()
    await expect(page.getByTestId('compare')).toBeVisible()
    await expect(page.getByTestId('difference-over')).toBeVisible()
    await look('compare')
    await menu('compare-first')
  })

  await test.step('in a narrow window', async () => {
    await page.getByTestId('view-annotate').click()
    await drydock.resize(1024, 700)
    await page.getByTestId('drawer').click()
    await look('the drawer', '[data-region=panel]')
  })
})
