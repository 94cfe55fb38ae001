import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../src-main/locations.ts'
import { writeImages } from '../src-main/testing/images.ts'
import { expect, test } from './harness.ts'
import { ask, counts, handOn, row, saved } from './steps.ts'

const CASES = join(root, 'src-main', 'testing', 'labels')
const HEADER = 'ImageId,EncodedPixels\n'
const SIZE = { width: 40, height: 30, ships: [] }

test('what the sheets say of labels is what is done with them', async ({ launch, folder }) => {
  const photos = join(folder, 'photos')
  const names = ['a.png', 'b.png', 'c.png', 'h\u00e4fen.png', 'x/d.png', 'y/d.png']
  await writeImages(photos, Object.fromEntries(names.map((name, i) => [name, { ...SIZE, shade: 9 * i }])))
  // one that fills the canvas, to be drawn on
  await writeImages(photos, { 'c.png': { width: 400, height: 300, ships: [] } })
  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(photos)
  for (const name of names) await expect(row(drydock, name)).toContainText(/train|validation|hold-out/)

  const sheet = page.getByTestId('import-sheet')
  const remark = (text: string) => page.getByTestId('import-remark').filter({ hasText: text })
  const choose = async (name: string, rows: string): Promise<void> => {
    writeFileSync(join(folder, name), HEADER + rows)
    await drydock.answerDialogs(join(folder, name))
    await drydock.menu('import-labels')
    await expect(page.getByTestId('import-preview')).toBeVisible()
  }
  const start = async (told: string): Promise<void> => {
    await page.getByTestId('import-start').click()
    await expect(page.getByTestId('import-result')).toContainText(told)
    await page.getByTestId('import-close').click()
  }
  const messy = 'a.png,1 5\na.png,1 5\nb.png,1 5\nb.png,1199 5\n'

  await test.step('overlapping masks are taken as they are, and only the one outside is left out', async () => {
    await choose('messy.csv', messy)
    await expect(remark('1 image with overlapping masks')).toBeVisible()
    await expect(remark('1 image with a mask outside: that mask is left out')).toContainText('b.png')
    await expect(sheet.getByLabel('All of them keep them')).toBeChecked()
    await start('Imported 3 instances on 2 images.')
  })

  await test.step('the same file again adds nothing', async () => {
    await choose('messy.csv', messy)
    await expect(page.getByTestId('import-identical')).toHaveText('3')
    await sheet.getByLabel('Add to what is marked').check()
    await page.getByTestId('import-start').click()
    await expect(page.getByTestId('import-result')).toContainText('3 were there already and not added again')
    await page.getByTestId('import-close').click()
    const marked = 'select count(*) n from truth'
    expect(ask(join(folder, 'photos.drydock'), marked)).toEqual([{ n: 3 }])
  })

  await test.step('how names were matched is said, and two that one may mean are both named', async () => {
    await choose('names.csv', 'ha\u0308fen.png,1 5\nC.JPG,61 5\nd.png,1 5\nelsewhere.png,1 5\n')
    await expect(remark('2 images found by more than the path')).toContainText(
      'C.JPG is c.png: other case and ending',
    )
    await expect(remark('1 name that may mean two images')).toContainText('d.png may be x/d.png or y/d.png')
    await expect(remark('1 image not in this project')).toContainText('elsewhere.png')
    await page.keyboard.press('Escape')
  })

  await test.step('masks that were written row by row are seen, and turned when asked', async () => {
    const square = Array.from({ length: 6 }, (_, i) => `${411 + 40 * i} 6`).join(' ')
    await choose('rows.csv', `x/d.png,${square}\n`)
    await expect(remark('1 image with masks that make sense only when read row by row')).toBeVisible()
    await page.getByTestId('import-row-by-row').check()
    await start('Imported 1 instance on 1 image.')
    const marked = "select rle from truth join images i on i.id = image_id where path = 'x/d.png'"
    const turned = Array.from({ length: 6 }, (_, i) => `${311 + 30 * i} 6`).join(' ')
    expect(ask(join(folder, 'photos.drydock'), marked)).toEqual([{ rle: turned }])
  })

  await test.step('one import is one undo', async () => {
    await choose('undone.csv', 'c.png,1 5\ny/d.png,\n')
    await page.getByTestId('import-start').click()
    await page.getByTestId('import-undo').click()
    await expect(row(drydock, 'c.png')).toContainText('to do')
    await expect(row(drydock, 'y/d.png')).toContainText('to do')
  })

  await test.step('labels become the run of a named person', async () => {
    await choose('kim.csv', 'a.png,1 5\nb.png,\n')
    await sheet.getByLabel('A run: a colleague').check()
    await sheet.getByLabel('Name of the run').fill('Kim')
    await start('They are a run of their own')
    await expect(page.getByTestId('run-menu')).toContainText('Kim')
  })

  await test.step('an export says what is not finished, puts it in, and adds the ending', async () => {
    const hand = await handOn(drydock, 'c.png')
    await hand.polygon([150, 100], [200, 100], [200, 150], [150, 150])
    await expect.poll(() => counts(drydock)).toMatchObject({ truth: 1 })
    await saved(drydock)
    await expect(row(drydock, 'c.png')).toContainText('in progress')
    await drydock.menu('export-labels')
    await page.getByTestId('export-format').selectOption('airbus')
    const said = page.getByTestId('export-preview')
    await expect(said).toContainText('4 instances on 3 images')
    await expect(said).toContainText('With 1 image that is not finished')
    await expect(said).toContainText('1 marked there; without this it is not in the file')
    await page.getByTestId('export-unfinished').check()
    await expect(said).toContainText('5 instances on 4 images')
    await drydock.answerDialogs(join(folder, 'labels'))
    await page.getByTestId('export-start').click()
    await expect(page.getByTestId('export-sheet')).toHaveCount(0)
    const rows = readFileSync(join(folder, 'labels.csv'), 'utf8').trimEnd().split('\n')
    expect(rows.map((text) => text.split(',')[0])).toEqual([
      ...['ImageId', 'a.png', 'a.png', 'b.png', 'c.png', 'x/d.png'],
    ])
  })

  await test.step('a label file and a folder of them are dropped on the window; a folder of neither says why', async () => {
    await drydock.drop(join(folder, 'messy.csv'))
    await expect(page.getByTestId('import-preview')).toContainText('Airbus CSV')
    await page.keyboard.press('Escape')
    await drydock.drop(join(CASES, 'voc'))
    await expect(page.getByTestId('import-preview')).toContainText('Pascal VOC')
    await page.keyboard.press('Escape')
    mkdirSync(join(folder, 'nothing'))
    await drydock.drop(join(folder, 'nothing'))
    await expect(page.getByTestId('toast-error')).toContainText('no label file that Drydock reads')
  })
  expect(drydock.problems).toEqual([])
})
