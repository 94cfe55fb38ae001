import type { Page } from '@playwright/test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inferenceFromBytes, inferenceToBytes } from '../src-main/core/cluster/inference-bytes.ts'
import { toFloat16 } from '../src-main/core/float16.ts'
import { parseRle } from '../src-main/core/mask/rle.ts'
import { drydock as command } from '../src-main/testing/command.ts'
import { CanvasHand } from './canvas.ts'
import { expect, test } from './harness.ts'
import { ask, handOn, jobsAreOver, openImage, predictAll, sampleIn, saved } from './steps.ts'

/** How many pixels of the canvases in an element are drawn on. */
async function inked(page: Page, inside: string): Promise<number> {
  return page.evaluate((selector) => {
    let pixels = 0
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>(`${selector} canvas`)) {
      if (canvas.width * canvas.height === 0) continue
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 0) pixels++
    }
    return pixels
  }, inside)
}

/** As {@link inked}, once nothing more is drawn. */
async function inkedAtRest(page: Page, inside: string): Promise<number> {
  let before = -1
  await expect(async () => {
    const last = before
    before = await inked(page, inside)
    expect(before).toBe(last)
  }).toPass()
  return before
}

/** Where the middles of the clusters lie on the screen, by their rows in the table; dropped ones are left out. */
async function middles(page: Page): Promise<{ x: number; y: number }[]> {
  const rows = page.getByTestId('clusters').locator('tbody tr').filter({ hasNotText: 'dropped' })
  const plot = (await page.getByTestId('scatter').boundingBox())!
  const [scale = 1, dx = 0, dy = 0] = (await page.getByTestId('scatter').getAttribute('data-camera'))!
    .split(' ')
    .map(Number)
  return (await rows.locator('.centre').allTextContents()).map((text) => {
    const [x = 0, y = 0] = text.split(', ').map(Number)
    return { x: plot.x + x * scale + dx, y: plot.y + y * scale + dy }
  })
}

/** Variance of the numbers. */
function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}

test('a click takes a ship, sliders make a draft beside its score, words say what is wrong, and a kept draft is a run', async ({
  launch,
  folder,
}) => {
  const project = sampleIn(folder)
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  await expect(page.getByTestId('image-count')).toHaveText('22')

  // the wand, before anything was predicted: the network looks at the image at once
  const path = 'drawn-side-by-side.jpg'
  const found = () =>
    ask<{ id: number; height: number | null }>(
      project,
      `select id, height from images where path = '${path}'`,
    )[0]
  // sizes are read after the list is there
  await expect.poll(() => found()?.height ?? 0).toBeGreaterThan(0)
  const image = { id: found()?.id ?? 0, height: found()?.height ?? 1 }
  const truth = (): { rle: string; origin: string }[] =>
    ask(project, 'select rle, origin from truth where image_id = ? order by rowid', image.id)
  await handOn(drydock, path)
  await page.getByTestId('canvas').focus()
  const before = truth()
  for (const [i] of before.entries()) {
    await page.keyboard.press('Tab')
    await page.keyboard.press('Delete')
    await expect.poll(() => truth().length).toBe(before.length - i - 1)
  }
  await page.keyboard.press('w')
  await expect(page.getByTestId('hint')).toContainText('Click takes what lights up', { timeout: 120_000 })
  const hand = await handOn(drydock, path)
  const target = parseRle(before[0]!.rle)
  const middle =
    target[2 * Math.floor(target.length / 4)]! -
    1 +
    Math.floor(target[2 * Math.floor(target.length / 4) + 1]! / 2)
  await hand.click(Math.floor(middle / image.height), middle % image.height)
  await expect(page.getByTestId('hint')).toContainText('Enter keeps it')
  expect(truth()).toEqual([])
  await page.keyboard.press('Enter')
  await expect.poll(() => truth().length).toBe(1)
  await saved(drydock)

  await predictAll(drydock, project)
  const taken = truth()[0]!.rle
  const predicted = ask<{ rle: string }>(project, 'select rle from predictions where image_id = ?', image.id)
  expect(predicted.map(({ rle }) => rle)).toContain(taken)

  await openImage(drydock, 'drawn-rafted-ships.jpg')
  await page.getByTestId('view-embeddings').click()
  const f2 = page.getByTestId('draft-f2')
  await expect(f2).toHaveText(/^0\.\d\d$/)
  const own = await f2.innerText()
  const runs = (): { id: number; parent: number | null; images: number }[] =>
    ask(project, 'select id, parent_id parent, images from runs order by id')
  const [run] = runs()
  // a lasso round all points finds all pixels
  const place = async () => (await page.getByTestId('scatter').boundingBox())!
  let plot = await place()
  await page.keyboard.down('Shift')
  await page.mouse.move(plot.x + 20, plot.y + 20)
  await page.mouse.down()
  for (const [x, y] of [
    [plot.width - 20, 20],
    [plot.width - 20, plot.height - 20],
    [20, plot.height - 20],
  ] as const) {
    await page.mouse.move(plot.x + x, plot.y + y)
  }
  await page.mouse.up()
  await page.keyboard.up('Shift')
  await expect(page.getByTestId('picked')).toContainText('in the lasso')
  // and the other way round: pixels in the image, and where they point
  await page.getByTestId('scatter').focus()
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('picked')).toHaveText('')
  await page.getByTestId('tool-lasso').click()
  const pointer = new CanvasHand(page)
  await pointer.look()
  await pointer.stroke([1, 1], [767, 1], [767, 767], [1, 767])
  await expect(page.getByTestId('picked')).toContainText('in the lasso')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('picked')).toHaveText('')
  await page.keyboard.press('Escape')
  // density lies beneath the points, arrows over the image: each is drawn or not by its button
  for (const [button, inside] of [
    ['density', '[data-testid=scatter]'],
    ['arrows', '[data-canvas]'],
  ] as const) {
    const drawn = (await page.getByTestId(button).getAttribute('aria-pressed')) === 'true'
    await page.mouse.move(2, 2)
    const at = await inkedAtRest(page, inside)
    await page.getByTestId(button).click()
    await page.mouse.move(2, 2)
    await expect.poll(async () => Math.sign((await inkedAtRest(page, inside)) - at)).toBe(drawn ? -1 : 1)
    await page.getByTestId(button).click()
    await page.mouse.move(2, 2)
    await expect.poll(() => inked(page, inside)).toBe(at)
  }
  // a cut in the plot splits, one half dragged onto the other joins them, a cluster is dropped, and each is one undo
  await expect(page.getByTestId('point-count')).toContainText('clusters')
  const clusters = async () => /(\d+) clusters/.exec(await page.getByTestId('point-count').innerText())?.[1]
  const clustersBefore = Number(await clusters())
  await page.getByTestId('clusters').getByRole('button').first().dblclick()
  await page.getByTestId('plot-cut').click()
  plot = await place()
  await page.mouse.move(plot.x + plot.width / 2, plot.y + 4)
  await page.mouse.down()
  await page.mouse.move(plot.x + plot.width / 2 + 2, plot.y + plot.height - 4, { steps: 3 })
  await page.mouse.up()
  await expect.poll(clusters).toBe(String(clustersBefore + 1))
  await page.getByTestId('plot-look').click()
  const [half, other] = (await middles(page)).slice(-2)
  await page.mouse.move(half!.x, half!.y)
  await page.mouse.down()
  await page.mouse.move(other!.x, other!.y, { steps: 4 })
  await page.mouse.up()
  await expect.poll(clusters).toBe(String(clustersBefore))
  await page.getByTestId('undo').click()
  await expect.poll(clusters).toBe(String(clustersBefore + 1))
  await page.getByTestId('clusters').getByRole('button').first().click()
  await page.getByTestId('plot-drop').click()
  await expect.poll(clusters).toBe(String(clustersBefore))
  await page.getByTestId('undo').click()
  await page.getByTestId('undo').click()
  await expect.poll(clusters).toBe(String(clustersBefore))
  await expect(f2).toHaveText(own)
  // each cluster has its loss, and the sliders' tracks the colours of the F2 at each of their positions
  await expect(page.getByTestId('clusters').locator('tbody tr').first()).toContainText(/\d\.\d\d/)
  await expect(page.getByTestId('draft-alpha')).toHaveAttribute('style', /linear-gradient/, {
    timeout: 60_000,
  })
  // the button of the first sentence mends it, and nothing is stored
  await expect(page.getByTestId('words')).toContainText('are merged')
  await page.getByTestId('words-show').click()
  await expect(page.getByTestId('clusters').getByRole('button', { pressed: true })).toHaveText(/^\s*~\d+\s*$/)
  await page.getByTestId('cure').click()
  await expect.poll(async () => Number(await f2.innerText())).toBeGreaterThan(Number(own))
  expect(runs()).toEqual([run])
  // Shift+A takes the draft's result to truth, beside what is there; one undo takes it back
  const marked = () => ask<{ n: number }>(project, `select count(*) n from truth where origin = 'accepted'`)
  const acceptedBefore = marked()[0]?.n ?? 0
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('Shift+A')
  await expect.poll(() => marked()[0]?.n).toBeGreaterThan(acceptedBefore)
  await saved(drydock)
  await page.keyboard.press('Control+z')
  await expect.poll(() => marked()[0]?.n).toBe(acceptedBefore)
  await page.getByTestId('draft-discard').click()
  await expect(f2).toHaveText(own)
  await expect(page.getByTestId('draft-keep')).toHaveCount(0)

  // the best settings over the validation images: tried, and said whether that is more than chance
  await page.getByTestId('open-sweep').click()
  await page.getByTestId('sweep-start').click()
  await expect(page.getByTestId('sweep-words')).toContainText('validation images', { timeout: 120_000 })
  // what stands in the sheet is not said by a note too
  await expect(page.getByTestId('toast-note').filter({ hasText: 'validation images' })).toHaveCount(0)
  await page.keyboard.press('Escape')
  expect(runs()).toEqual([run])

  await page.getByTestId('draft-alpha').focus()
  await page.keyboard.press('Home')
  await expect(page.getByTestId('draft-keep')).toBeVisible()
  await page.getByTestId('draft-keep').click()
  await expect.poll(runs).toEqual([run, { id: run!.id + 1, parent: run!.id, images: 22 }])
  await jobsAreOver(drydock)
  await expect(page.getByTestId('draft-keep')).toHaveCount(0)
  const current = () =>
    Number(ask<{ value: string }>(project, `select value from meta where name = 'current_run'`)[0]?.value)
  await expect.poll(current).toBe(run!.id + 1)

  // a draft that sees next to nothing, as a run of its own over all images; what trying settings finds for it is better there
  const values = (id: number) =>
    ask<{ settings: string }>(project, 'select settings_json as settings from runs where id = ?', id)[0]
      ?.settings
  await page.getByTestId('draft-foreground').focus()
  await page.keyboard.press('End')
  await page.getByTestId('draft-apply').click()
  await expect.poll(() => runs()[2]?.images).toBe(22)
  await jobsAreOver(drydock)
  // settings are chosen on no fewer than eight finished images of validation
  const finished = ask<{ path: string }>(
    project,
    `select path from images where status in ('done', 'no ship')`,
  )
  const splits = join(folder, 'splits.csv')
  writeFileSync(splits, ['ImageId,split', ...finished.map(({ path }) => `${path},val`), ''].join('\n'))
  expect(command(folder, 'split', '--project', project, '--csv', splits).status).toBe(0)
  await page.getByTestId('open-sweep').click()
  await page.getByTestId('sweep-start').click()
  await expect(page.getByTestId('sweep-words')).toContainText('Better by more than chance', {
    timeout: 120_000,
  })
  await page.getByTestId('sweep-apply').click()
  await expect(page.getByTestId('sweep')).toHaveCount(0)
  const blind = runs()[2]?.id ?? 0
  await expect.poll(current).not.toBe(blind)
  // its job may not have begun yet
  await expect.poll(() => runs().find(({ id }) => id === current())?.images).toBe(22)
  await jobsAreOver(drydock)
  expect(values(current())).not.toBe(values(blind))

  // of a network with more channels axes are chosen, those of the widest spread too, and these values are taken away
  const third = 'drawn-marina.jpg'
  const key = ask<{ key: string }>(
    project,
    `select inference as key from run_images r join images i on i.id = r.image_id where i.path = '${third}' and inference is not null`,
  )[0]!.key
  const file = join(project, 'cache', 'inferences', key.slice(0, 2), `${key}.bin`)
  const two = inferenceFromBytes(readFileSync(file))!
  const wide = Array.from(two.foreground, (value) => 8 * value)
  const offset = Uint16Array.from({ length: 3 * wide.length }, (_, i) =>
    i % 3 === 2 ? toFloat16(wide[(i - 2) / 3]!) : two.offset[2 * Math.floor(i / 3) + (i % 3)]!,
  )
  writeFileSync(file, Buffer.concat(inferenceToBytes({ ...two, channels: 3, offset })))
  await page.getByTestId('view-annotate').click()
  await openImage(drydock, third)
  await page.getByTestId('view-embeddings').click()
  /** what lies along x, once it is chosen */
  const along = async (axis: string): Promise<number[]> => {
    await page.getByTestId('axis-x').click()
    await page.getByRole('menuitemradio', { name: axis, exact: true }).click()
    await expect(page.getByTestId('axis-x')).toHaveText(axis)
    const csv = join(folder, `${axis}.csv`)
    await drydock.answerDialogs(csv)
    await page
      .getByRole('group', { name: /^Save the plot: Embedding/ })
      .getByRole('button', { name: 'CSV' })
      .click()
    await expect.poll(() => existsSync(csv)).toBe(true)
    const [head, ...rows] = readFileSync(csv, 'utf8').trimEnd().split('\n')
    const column = head!.split(',').indexOf('x')
    return rows.map((row) => Number(row.split(',')[column]))
  }
  expect(await along('channel 2')).toEqual(wide)
  // in no direction do points spread more than along the first principal axis
  expect(varianceOf(await along('principal axis 1'))).toBeGreaterThan(0.999 * varianceOf(wide))
  expect(drydock.problems).toEqual([])
})
