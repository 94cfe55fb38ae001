import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from '../src-main/locations.ts'
import { expect, test } from './harness.ts'
import { handOn, openImage, row, saved } from './steps.ts'

const CASES = join(root, 'src-main', 'testing', 'labels')

const coco = z.object({
  annotations: z.array(
    z.object({
      ...{ category_id: z.number(), iscrowd: z.number() },
      ...{ heading: z.number().optional(), attributes: z.record(z.string(), z.string()).optional() },
    }),
  ),
  categories: z.array(z.object({ id: z.number(), name: z.string() })),
})

test('categories come in as they are mapped, are given by key, filter the list, count or not, and go out; so does an area to ignore', async ({
  launch,
  folder,
}) => {
  const photos = join(folder, 'photos')
  cpSync(join(CASES, 'images'), photos, { recursive: true })
  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(photos)
  await expect(row(drydock, 'sub/b.png')).toContainText(/train|validation|hold-out/)

  await drydock.answerDialogs(join(CASES, 'coco-polygons.json'))
  await drydock.menu('import-labels')
  await page.getByTestId('import-category-tanker').selectOption('ship')
  await page.getByTestId('import-counts-tug').uncheck()
  await page.getByTestId('import-start').click()
  await expect(page.getByTestId('import-result')).toContainText('Imported 5 instances')
  await page.getByTestId('import-close').click()

  await openImage(drydock, 'sub/b.png')
  const list = page.getByTestId('instances')
  await expect(list.getByRole('option')).toHaveCount(3)
  await expect(list.getByRole('option', { name: /tug/ })).toHaveCount(1)
  // the tug does not count: two ships in the list of images
  await page.getByTestId('category-filter').click()
  await page.getByRole('menuitemradio', { name: 'tug' }).click()
  await expect(list.getByRole('option')).toHaveCount(1)
  await page.getByTestId('category-filter').click()
  await page.getByRole('menuitemradio', { name: 'All categories' }).click()

  // by its place on the keyboard, whatever the layout prints there
  await list.getByRole('option').first().click()
  await expect(page.getByTestId('category')).toHaveValue('ship')
  await page.keyboard.press('Shift+Digit2')
  await expect(page.getByTestId('category')).toHaveValue('tug')
  await expect(list.getByRole('option', { name: /tug/ })).toHaveCount(2)
  await page.keyboard.press('Control+z')
  await expect(list.getByRole('option', { name: /tug/ })).toHaveCount(1)
  await page.keyboard.press('Control+Shift+Z')
  await saved(drydock)

  // the next one drawn is of the category that was used last
  const drawing = await handOn(drydock, 'sub/b.png')
  await page.keyboard.press('v')
  await page.keyboard.press('Escape')
  await drawing.polygon([5, 30], [20, 30], [20, 40], [5, 40])
  await expect(list.getByRole('option', { name: /tug/ })).toHaveCount(3)
  await page.keyboard.press('Control+z')
  await expect(list.getByRole('option', { name: /tug/ })).toHaveCount(2)
  await saved(drydock)

  await page.getByTestId('categories').click()
  const sheet = page.getByTestId('categories-sheet')
  await expect(sheet.getByTestId('category-row')).toHaveCount(2)
  await sheet.getByLabel('Name of category 2').fill('Tug boat')
  await sheet.getByLabel('Name of category 2').press('Tab')
  await sheet.getByTestId('new-category').fill('pier')
  await sheet.getByTestId('add-category').click()
  await expect(sheet.getByTestId('category-row')).toHaveCount(3)
  await sheet.getByTestId('counts').nth(1).check()
  await sheet.getByRole('button', { name: 'Close' }).last().click()
  await expect(list.getByRole('option', { name: /Tug boat/ })).toHaveCount(2)

  // where nobody can tell: over the ship below, which stays whole
  const hand = await handOn(drydock, 'sub/b.png')
  await page.keyboard.press('i')
  for (const [x, y] of [[5, 18], [20, 18], [20, 35], [5, 35]] as const) await hand.click(x, y) // prettier-ignore
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('instance-count')).toHaveText('3 truth, 0 predicted, 1 ignored')
  await saved(drydock)

  // what is noted of a ship: its heading by key and by hand, an attribute, and one undo each
  await page.keyboard.press('v')
  await list.getByRole('option').first().click()
  const notes = page.getByTestId('notes')
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('y')
  await expect(notes.getByLabel('Heading')).not.toHaveValue('')
  await notes.getByLabel('Heading').fill('275')
  await notes.getByLabel('Heading').press('Enter')
  await notes.getByLabel('Name of an attribute').fill('flag state')
  await notes.getByLabel('Its value').fill('PA')
  await notes.getByLabel('Its value').press('Enter')
  await notes.getByLabel('flag state', { exact: true }).fill('LR')
  await notes.getByLabel('flag state', { exact: true }).press('Enter')
  await page.getByTestId('canvas').focus()
  if (process.env['SHOTS']) {
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: `${process.env['SHOTS']}/notes-${colorScheme}.png` })
    }
  }
  await page.keyboard.press('Control+z')
  await expect(notes.getByLabel('flag state', { exact: true })).toHaveValue('PA')
  await saved(drydock)

  const out = join(folder, 'out.json')
  await drydock.menu('export-labels')
  await page.getByTestId('export-format').selectOption('coco-rle')
  await drydock.answerDialogs(out)
  await page.getByTestId('export-start').click()
  await expect(page.getByTestId('export-sheet')).toHaveCount(0)
  const written = coco.parse(JSON.parse(readFileSync(out, 'utf8')))
  const names = new Map(written.categories.map(({ id, name }) => [id, name]))
  const objects = written.annotations.filter(({ iscrowd }) => iscrowd === 0)
  expect(written.annotations).toHaveLength(objects.length + 1)
  const found = objects.map(({ category_id }) => names.get(category_id))
  expect(found.toSorted()).toEqual(['Tug boat', 'Tug boat', 'ship', 'ship', 'ship'])
  const noted = objects.find(({ heading }) => heading !== undefined)
  expect(noted).toMatchObject({ heading: 275, attributes: { 'flag state': 'PA' } })
})
