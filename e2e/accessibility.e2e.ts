import { complaints } from './axe.ts'
import { expect, test } from './harness.ts'

test('axe finds nothing on any view, in either theme', async ({ launch }) => {
  const drydock = await launch()
  const { page } = drydock
  const found: string[] = []
  const look = async (view: string): Promise<void> => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const complaint of await complaints(drydock)) found.push(`${view}, ${colorScheme}: ${complaint}`)
    }
  }
  await look('start')
  await page.getByTestId('open-sample').click()
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await drydock.menu('predict-image')
  await expect(page.getByTestId('image-f2')).toHaveText(/\d/)
  for (const view of ['annotate', 'embeddings', 'review', 'train']) {
    await page.getByTestId(`view-${view}`).click()
    await expect(page.getByTestId(view)).toBeVisible()
    await look(view)
    if (view === 'annotate') {
      await page.getByTestId('eye').click()
      await look('how the picture is shown')
      await page.keyboard.press('Escape')
      await page.getByTestId('instances').locator('[role=option]').first().click()
      await page.getByTestId('canvas').focus()
      await page.keyboard.press('Shift+F10')
      await expect(page.getByTestId('instance-menu')).toBeVisible()
      await look('the menu of an instance')
      await page.keyboard.press('Escape')
    }
  }
  await page.getByTestId('show-keys').click()
  await look('keys')
  expect(found).toEqual([])
})

test('the loop can be walked with the keyboard alone', async ({ launch }) => {
  const drydock = await launch()
  const { page } = drydock
  const { keyboard } = page
  const inRegion = (name: string) =>
    expect
      .poll(() =>
        page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('data-region')),
      )
      .toBe(name)

  await page.getByTestId('open-sample').focus()
  await keyboard.press('Enter')
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await expect(page.getByTestId('canvas')).toHaveAttribute('data-ready', 'true')
  await keyboard.press('Control+Enter')
  await expect(page.getByTestId('image-f2')).toHaveText(/\d/)

  const seen = new Set<string>()
  for (let press = 0; press < 12; press++) {
    await keyboard.press('F6')
    seen.add(
      (await page.evaluate(() =>
        document.activeElement?.closest('[data-region]')?.getAttribute('data-region'),
      )) ?? '',
    )
  }
  for (const region of ['top', 'queue', 'tools', 'canvas', 'panel', 'status']) expect(seen).toContain(region)

  while (
    (await page.evaluate(() =>
      document.activeElement?.closest('[data-region]')?.getAttribute('data-region'),
    )) !== 'canvas'
  ) {
    await keyboard.press('F6')
  }
  await inRegion('canvas')
  const selected = page.getByTestId('instances').locator('[aria-selected=true]')
  await keyboard.press('Tab')
  await expect(selected).toHaveCount(1)
  const first = await selected.innerText()
  await keyboard.press('Tab')
  await expect(selected).not.toHaveText(first)
  await inRegion('canvas')

  // the menu of the instance that is selected: by key, to what is done to it
  await keyboard.press('Shift+F10')
  const menu = page.getByTestId('instance-menu')
  await expect(menu.getByRole('menuitem').first()).toBeFocused()
  await menu
    .getByRole('menuitem', { name: 'Accept' })
    .or(menu.getByRole('menuitem', { name: 'Delete' }))
    .focus()
  await keyboard.press('Enter')
  await expect(menu).toHaveCount(0)
  await inRegion('canvas')
  await keyboard.press('Control+z')

  const open = page.getByTestId('open-image')
  const before = await open.innerText()
  await keyboard.press('ArrowRight')
  await expect(open).not.toHaveText(before)
  await keyboard.press('Backspace')
  await expect(open).toHaveText(before)
  for (const [key, view] of [
    ['2', 'embeddings'],
    ['3', 'review'],
    ['4', 'train'],
    ['1', 'annotate'],
  ] as const) {
    await keyboard.press(key)
    await expect(page.getByTestId(view)).toBeVisible()
  }
})
