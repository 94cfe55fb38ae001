import type { Locator } from '@playwright/test'
import { complaintsInBothThemes } from './axe.ts'
import { expect, test } from './harness.ts'
import { counts, jobsAreOver } from './steps.ts'

test('axe finds nothing on any view, in either theme; what opens gives the focus back', async ({
  launch,
}) => {
  const drydock = await launch()
  const { page } = drydock
  const found: string[] = []
  const look = async (view: string, within?: string): Promise<void> => {
    for (const complaint of await complaintsInBothThemes(drydock, within)) found.push(`${view}, ${complaint}`)
  }
  await look('start')
  await page.getByTestId('open-sample').click()
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await expect(page.getByTestId('canvas')).toHaveAttribute('data-ready', 'true')
  await drydock.menu('predict-image')
  await expect(page.getByTestId('image-f2')).toHaveText(/\d/)
  for (const view of ['annotate', 'embeddings', 'review', 'train']) {
    await page.getByTestId(`view-${view}`).click()
    await expect(page.getByTestId(view)).toBeVisible()
    await look(view)
    if (view === 'annotate') {
      await page.getByTestId('eye').click()
      await look('how the picture is shown', '[data-testid=eye-sheet]')
      await page.keyboard.press('Escape')
      await expect(page.getByTestId('eye')).toBeFocused()
      await page.getByTestId('instances').locator('[role=option]').first().click()
      await page.getByTestId('canvas').focus()
      await page.keyboard.press('Shift+F10')
      await expect(page.getByTestId('instance-menu')).toBeVisible()
      await look('the menu of an instance', '[data-testid=instance-menu]')
      await page.keyboard.press('Escape')
    }
  }
  await page.getByTestId('show-keys').click()
  await look('keys', 'dialog')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('show-keys')).toBeFocused()
  expect(found).toEqual([])
})

test('the loop can be walked with the keyboard alone', async ({ launch }) => {
  const drydock = await launch()
  const { page } = drydock
  const { keyboard } = page
  const region = () =>
    page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('data-region') ?? '')
  /** Tab until the focus is on the control. */
  const tabTo = async (control: Locator, key = 'Tab'): Promise<void> => {
    await expect(control).toBeEnabled()
    const has = () => control.evaluate((element) => element === document.activeElement)
    for (let press = 0; press < 60 && !(await has()); press++) await keyboard.press(key)
    await expect(control).toBeFocused()
  }
  /** F6 until the focus is in that part of the window. */
  const goTo = async (name: string): Promise<void> => {
    await expect(async () => {
      if ((await region()) !== name) await keyboard.press('F6')
      expect(await region()).toBe(name)
    }).toPass({ intervals: [20] })
  }

  await test.step('open and predict', async () => {
    await tabTo(page.getByTestId('open-sample'))
    await keyboard.press('Enter')
    await expect(page.getByTestId('image-count')).toHaveText('22')
    await expect(page.getByTestId('canvas')).toHaveAttribute('data-ready', 'true')
    const seen = new Set<string>()
    for (let press = 0; press < 12; press++) {
      await keyboard.press('F6')
      seen.add(await region())
    }
    for (const name of ['top', 'queue', 'tools', 'canvas', 'panel', 'status']) expect(seen).toContain(name)
    // to an image that nobody has finished, by its name
    await goTo('queue')
    await tabTo(page.getByTestId('filter'), 'Shift+Tab')
    await keyboard.type('drawn-marina')
    await expect(page.getByTestId('image-count')).toHaveText('1 of 22')
    await tabTo(page.getByTestId('queue'))
    await keyboard.press('Home')
    await keyboard.press('Enter')
    await expect(page.getByTestId('open-image')).toHaveText('drawn-marina.jpg')
    await tabTo(page.getByTestId('filter'), 'Shift+Tab')
    for (const key of ['Control+a', 'Delete']) await keyboard.press(key)
    await expect(page.getByTestId('image-count')).toHaveText('22')
    await goTo('canvas')
    await keyboard.press('Control+Enter')
    await expect.poll(async () => (await counts(drydock)).predicted).toBeGreaterThan(2)
    await jobsAreOver(drydock)
  })

  await test.step('accept, reject, from the menu too, and done', async () => {
    const selected = page.getByTestId('instances').locator('[aria-selected=true]')
    const before = await counts(drydock)
    const toPrediction = async (): Promise<void> => {
      await keyboard.press('Tab')
      for (let press = 0; press < 60; press++) {
        if ((await selected.innerText()).includes('predicted')) return
        await keyboard.press('Tab')
      }
    }
    await goTo('canvas')
    await toPrediction()
    await keyboard.press('a')
    await expect
      .poll(() => counts(drydock))
      .toEqual({ truth: before.truth + 1, predicted: before.predicted - 1 })
    await toPrediction()
    await keyboard.press('x')
    await expect
      .poll(() => counts(drydock))
      .toEqual({ truth: before.truth + 1, predicted: before.predicted - 2 })
    await toPrediction()
    await keyboard.press('Shift+F10')
    const menu = page.getByTestId('instance-menu')
    await expect(menu.getByRole('menuitem').first()).toBeFocused()
    await expect(menu.getByRole('menuitem').first()).toContainText('Accept')
    await keyboard.press('Enter')
    await expect(menu).toHaveCount(0)
    await expect.poll(region).toBe('canvas')
    await expect.poll(async () => (await counts(drydock)).truth).toBe(before.truth + 2)
    await keyboard.press('d')
    await expect(page.getByTestId('open-image')).not.toHaveText('drawn-marina.jpg')
    await keyboard.press('Backspace')
    await expect(page.getByTestId('open-image')).toHaveText('drawn-marina.jpg')
    await expect(page.getByTestId('image-f2')).toHaveText(/\d/)
  })

  await test.step('see why, review, and train', async () => {
    await keyboard.press('2')
    await expect(page.getByTestId('embeddings')).toBeVisible()
    await keyboard.press('3')
    await expect(page.getByTestId('review-f2')).toHaveText(/\d/)
    await goTo('canvas')
    await keyboard.press('4')
    await expect(page.getByTestId('train-used')).toBeVisible()
    await tabTo(page.getByTestId('start-training'))
    await keyboard.press('Enter')
    await expect(page.getByTestId('cancel-training')).toBeVisible()
    await tabTo(page.getByTestId('cancel-training'))
    await keyboard.press('Enter')
    await expect(page.getByTestId('train-state')).toContainText('cancelled')
    await keyboard.press('1')
    await expect(page.getByTestId('annotate')).toBeVisible()
  })
})
