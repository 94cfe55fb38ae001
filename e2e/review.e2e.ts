import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { drydock as command } from '../src-main/testing/command.ts'
import { expect, test } from './harness.ts'
import { ask, jobsAreOver, predictAll, sampleIn, saved } from './steps.ts'

/** What a command says the set's F2 is, at full precision. */
function f2Of(stdout: string): number {
  const { f2 } = JSON.parse(stdout) as { f2: number }
  return f2
}

const OF_CURRENT = `run_id = (select value from meta where name = 'current_run')`

test('Review says what is wrong, what mending it is worth, and mends it on the side that is wrong', async ({
  launch,
  folder,
}) => {
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const project = sampleIn(folder)
  await expect(page.getByTestId('open-image')).toHaveText(/\w/)
  await predictAll(drydock, project)
  await page.getByTestId('view-review').click()
  const truth = () => ask<{ id: string; rle: string }>(project, 'select id, rle from truth order by id')

  /** until what is listed is of the run that is current on the disk, and of all its images */
  const setIsKnown = async () => {
    const list = page.getByTestId('set-fixes-of')
    const [run] = ask<{ id: string }>(project, `select value as id from meta where name = 'current_run'`)
    await expect(list).toHaveAttribute('data-run', run?.id ?? 'none')
    await expect(list).toHaveAttribute('aria-busy', 'false')
  }

  await test.step('errors by kind are counted over the set, and a click lists those alone', async () => {
    await expect(page.getByTestId('list-fixes')).not.toHaveText('Fixes 0')
    const rows = page.getByTestId('worst').locator('[role=option]')
    await expect(rows.first()).toBeVisible()
    const listed = async () => Number(await rows.first().getAttribute('aria-setsize'))
    const [scored] = ask<{ n: number }>(project, `select count(*) as n from scores where ${OF_CURRENT}`)
    await expect.poll(listed).toBe(scored?.n)
    await page.getByTestId('kind-false').click()
    await expect(page.getByTestId('kind-false')).toHaveAttribute('aria-pressed', 'true')
    await expect.poll(listed).toBeLessThan(scored?.n ?? 0)
    await page.getByTestId('kind-false').click()
  })

  await test.step('the fixes of the whole set stand in the order of their worth, and a click goes there', async () => {
    await page.getByTestId('list-fixes').click()
    const rows = page.getByTestId('set-fixes').locator('[role=option]')
    await expect(async () => {
      const gains = (await rows.allInnerTexts()).map((text) => {
        const [before, after] = [...text.matchAll(/\b[01]\.\d\d\b/g)].map(Number)
        return (after ?? 0) - (before ?? 0)
      })
      expect(gains.length).toBeGreaterThan(1)
      // of two figures of two digits
      gains.slice(1).forEach((gain, i) => expect(gain).toBeLessThanOrEqual((gains[i] ?? 0) + 0.0201))
    }).toPass()
    await setIsKnown()
    const [path, words] = [rows.first().locator('.path'), rows.first().locator('.words')]
    const there = [(await path.textContent()) ?? 'none', (await words.textContent()) ?? 'none'] as const
    await rows.first().click()
    await expect(page.getByTestId('review').locator('[data-region=image] h2')).toHaveText(there[0])
    await expect(page.getByTestId('fix').first()).toContainText(there[1])
  })

  await test.step('the model is wrong: mended in a draft, the F2 is what was promised, and truth is what it was', async () => {
    const before = truth()
    const fix = page.getByTestId('fix').first()
    const promised = [...(await fix.innerText()).matchAll(/[01]\.\d\d/g)].at(-1)?.[0] ?? '-'
    await expect(page.getByTestId('side-says')).toContainText(
      'Truth, and the score of the run, stay as they are',
    )
    await page.getByTestId('mend').click()
    await expect(page.getByTestId('draft-f2')).toHaveText(promised)
    await expect(async () => {
      const places = [...(await page.getByTestId('falls').innerText()).matchAll(/#(\d+)/g)].map(([, n]) =>
        Number(n),
      )
      const across = Number(await page.getByTestId('iou-matrix').getAttribute('data-predictions'))
      expect(across).toBeGreaterThanOrEqual(Math.max(...places))
    }).toPass()
    await page.getByTestId('draft-keep').click()
    await expect(page.getByTestId('draft')).toHaveCount(0)
    await jobsAreOver(drydock)
    await expect(page.getByTestId('review-f2')).toHaveText(promised)
    expect(truth()).toEqual(before)
  })

  await test.step('Enter mends the costliest of the set in the draft run, and the set has the F2 that was promised', async () => {
    const before = truth()
    await page.getByTestId('list-fixes').click()
    await setIsKnown()
    await page.getByTestId('set-fixes').locator('[role=option]').first().click()
    const chosen = page.getByTestId('set-fixes').locator('[role=option][aria-selected=true]')
    await expect(chosen).toContainText(/set 0\.\d{4}/)
    const promised = /set (0\.\d{4})/.exec(await chosen.innerText())?.[1]
    await page.getByTestId('set-fixes').press('Enter')
    const f2 = () =>
      ask<{ f2: number }>(project, `select avg(f2) as f2 from scores where ${OF_CURRENT}`)[0]?.f2.toFixed(4)
    await expect.poll(f2).toBe(promised)
    await expect(page.getByTestId('mend-in-run')).toBeEnabled()
    expect(truth()).toEqual(before)
  })

  await test.step('the label is wrong: truth changes, it is said so, and one undo takes it back', async () => {
    const before = truth()
    await page.getByTestId('side-label').click()
    await expect(page.getByTestId('side-says')).toContainText('because the label changes')
    // what would become of the label, and no F2 that is promised for it
    await expect(page.getByTestId('fix').first()).toHaveText(/^\s*(delete|mark|make|put) [^→]*$/)
    await page.getByTestId('mend').click()
    await saved(drydock)
    await expect.poll(truth).not.toEqual(before)
    await page.keyboard.press('Control+z')
    await expect.poll(truth).toEqual(before)
    await page.getByTestId('side-model').click()
  })

  await test.step('any IoU by slider; which pairs fall there and by how many pixels; how the score comes about', async () => {
    // whichever fix was worth most, its image may have no pair that falls; a bad image with a hit has
    await page.getByTestId('list-images').click()
    await page
      .getByTestId('worst')
      .locator('[role=option]')
      .filter({ hasText: /[1-9] hit/ })
      .first()
      .click()
    await page.getByTestId('iou-slider').fill('95')
    await expect(page.getByTestId('falls')).toContainText(/pixels? more of the ship would be a hit/)
    await page.getByTestId('explain').locator('summary').click()
    await expect(page.getByTestId('explain')).toContainText('greater than')
  })

  await test.step('a plot says its values to pointer and keys, and is taken away as a picture and as its values', async () => {
    const told = page.getByTestId('plot-values')
    const stairs = page.getByTestId('review').getByTestId('staircase')
    await stairs.hover({ position: { x: 5, y: 30 } })
    await expect(told).toContainText(/IoU over 0\.50.*F2.*[01]\.\d{3}.*hit/s)
    await page.mouse.move(2, 2)
    await expect(told).toHaveCount(0)
    await stairs.focus()
    await page.keyboard.press('End')
    await expect(told).toContainText('IoU over 0.95')
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('iou-slider')).toHaveValue('50')
    const pairs = page.getByTestId('iou-pairs')
    await pairs.focus()
    await page.keyboard.press('Home')
    await expect(told).toContainText(/truth \d+, prediction \d+.*IoU.*0\.\d{3}/s)
    const [png, csv] = [join(folder, 'stairs.png'), join(folder, 'stairs.csv')]
    const plot = page.locator('.plot', { has: page.getByTestId('staircase') })
    await drydock.answerDialogs(png)
    await plot.getByRole('button', { name: 'PNG' }).click()
    await expect.poll(() => existsSync(png)).toBe(true)
    const picture = sharp(png)
    expect((await picture.metadata()).width).toBeGreaterThan(600)
    expect(Math.max(...(await picture.stats()).channels.map(({ stdev }) => stdev))).toBeGreaterThan(5)
    await drydock.answerDialogs(csv)
    await plot.getByRole('button', { name: 'CSV' }).click()
    await expect.poll(() => existsSync(csv)).toBe(true)
    const [head, ...rows] = readFileSync(csv, 'utf8').trimEnd().split('\n')
    expect(head).toBe('IoU over,F2,hit,missed,false alarms')
    const f2 = rows.map((row) => Number(row.split(',')[1]))
    expect(rows).toHaveLength(10)
    const mean = f2.reduce((a, b) => a + b) / 10
    await expect(page.getByTestId('review-f2')).toHaveText(mean.toFixed(2))
  })

  await test.step("the set's score opens down to an image", async () => {
    const set = page.getByTestId('explain-set')
    await set.locator('summary').first().click()
    await expect(set).toContainText('is the mean over')
    await set.locator('details').first().locator('summary').click()
    const image = set.locator('button').first()
    const path = (await image.locator('.cut').textContent()) ?? 'none'
    await image.click()
    await expect(page.getByTestId('review').locator('[data-region=image] h2')).toHaveText(path)
    await set.locator('summary').first().click()
  })

  await test.step('suspects are answered by key, counted, and do not come back', async () => {
    await page.getByTestId('list-suspects').click()
    const rows = page.getByTestId('suspects').locator('[role=option]')
    await expect(page.getByTestId('suspects-of')).toHaveAttribute('aria-busy', 'false')
    const first = (await rows.first().getAttribute('id')) ?? 'none'
    const chosen = page.locator(`[id="${first}"]`)
    await chosen.click()
    await expect(chosen).toHaveAttribute('aria-selected', 'true')
    await page.getByTestId('suspects').focus()
    await page.keyboard.press('o')
    await expect(page.getByTestId('verdicts')).toContainText('1 model wrong')
    await expect(chosen).toHaveCount(0)
  })

  await test.step('on the side of the model no tool reaches truth; a label that is wrong is changed in place, and it says so', async () => {
    const before = truth()
    await expect(page.getByTestId('label-bar')).toHaveCount(0)
    await page.getByTestId('suspects').focus()
    await page.keyboard.press('l')
    await expect(page.getByTestId('verdicts')).toContainText('1 label wrong')
    await expect(page.getByTestId('label-bar')).toContainText('every run is scored against it')
    await page.getByTestId('label-settle').click()
    await saved(drydock)
    await expect.poll(truth).not.toEqual(before)
    await expect(page.getByTestId('label-bar')).toHaveCount(0)
    await page.keyboard.press('Control+z')
    await expect.poll(truth).toEqual(before)
    // a stroke in the middle of the image, on the side of the model again
    const canvas = await page.getByTestId('canvas').boundingBox()
    if (!canvas) throw new Error('no canvas')
    const [x, y] = [canvas.x + canvas.width / 2, canvas.y + canvas.height / 2]
    await page.keyboard.press('b')
    // undo has opened its image again, and what the model saw of it may still be read
    await expect(async () => {
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x + 40, y + 30, { steps: 5 })
      await page.mouse.up()
      await expect(page.getByTestId('draft')).toBeVisible({ timeout: 1000 })
    }).toPass()
    await page.getByTestId('draft-discard').click()
    await page.keyboard.press('v')
    expect(truth()).toEqual(before)
  })

  await test.step('what cannot be told is kept and counted beside the other answers', async () => {
    await page.getByTestId('suspects').focus()
    await page.keyboard.press('c')
    await expect(page.getByTestId('verdicts')).toContainText('1 label wrong, 1 model wrong, 1 cannot tell')
    const kept = () =>
      ask<{ verdict: string }>(project, 'select verdict from suspect_verdicts order by verdict').map(
        ({ verdict }) => verdict,
      )
    await expect.poll(kept).toEqual(['cannot tell', 'label wrong', 'model wrong'])
  })

  await test.step('a prediction that was rejected is no suspect any more, until that is undone', async () => {
    await page.getByTestId('middle-pictures').click()
    await expect(page.getByTestId('gallery')).toHaveAttribute('aria-busy', 'false')
    await page.getByTestId('gallery-kind').click()
    await page.getByRole('menuitemradio', { name: 'not marked' }).click()
    const shown = async () => Number((await page.getByTestId('gallery-count').innerText()).replace(/\D/g, ''))
    await expect.poll(shown).toBeGreaterThan(0)
    const before = await shown()
    await page
      .getByTestId('crop')
      .first()
      .click({ modifiers: ['Control'] })
    await page.getByTestId('gallery-reject').click()
    await expect.poll(shown).toBe(before - 1)
    await page.keyboard.press('Control+z')
    await expect.poll(shown).toBe(before)
    await page.getByTestId('middle-image').click()
  })

  await test.step('errors as small pictures: several are rejected at once, one undo takes it back, a click goes there', async () => {
    const rejected = () =>
      ask<{ n: number }>(project, `select count(*) as n from predictions where decision = 'rejected'`)
    const before = rejected()
    await page.getByTestId('list-images').click()
    await page.getByTestId('middle-pictures').click()
    await page.getByTestId('kind-false').click()
    const crops = page.getByTestId('crop')
    await expect(crops.first().locator('img')).toBeVisible()
    // what is false has an outline, and its own place in the picture
    await expect(crops.first().getByTestId('crop-predictions')).toHaveAttribute('d', /^M.*Z$/)
    const shown = async () => Number((await page.getByTestId('gallery-count').innerText()).replace(/\D/g, ''))
    await expect(page.getByTestId('gallery')).toHaveAttribute('aria-busy', 'false')
    const wrong = await shown()
    await page.getByTestId('pictures-instances').click()
    await page.getByTestId('kind-false').click()
    await expect.poll(shown).toBeGreaterThan(wrong)
    await page.getByTestId('gallery-score').click()
    await page.getByRole('menuitemradio', { name: 'from 0.90' }).click()
    await page.getByTestId('gallery-sort').click()
    await page.getByRole('menuitemradio', { name: 'least sure' }).click()
    await expect(crops.first()).toContainText('0.9')
    await page.getByTestId('pictures-errors').click()
    await page.getByTestId('gallery-score').click()
    await page.getByRole('menuitemradio', { name: 'any score' }).click()
    await page.getByTestId('kind-false').click()
    await expect.poll(shown).toBe(wrong)
    await crops.nth(0).click({ modifiers: ['Control'] })
    await crops.nth(1).click({ modifiers: ['Control'] })
    await expect(page.getByTestId('gallery-acts')).toContainText('2 selected')
    await page.getByTestId('gallery-reject').click()
    await expect.poll(rejected).toEqual([{ n: (before[0]?.n ?? 0) + 2 }])
    await page.keyboard.press('Control+z')
    await expect.poll(rejected).toEqual(before)
    await crops.first().click()
    await expect(page.getByTestId('canvas')).toBeVisible()
    await page.getByTestId('kind-false').click()
  })

  await test.step('several of truth get a category at once, and one undo takes it back', async () => {
    await page.getByTestId('view-annotate').click()
    await page.getByTestId('categories').click()
    const sheet = page.getByTestId('categories-sheet')
    await sheet.getByTestId('new-category').fill('tug')
    await sheet.getByTestId('add-category').click()
    await expect(sheet.getByTestId('category-row')).toHaveCount(2)
    await sheet.getByRole('button', { name: 'Close' }).last().click()
    await page.getByTestId('view-review').click()
    const tugs = () =>
      ask<{ n: number }>(project, `select count(*) as n from truth where category = 'tug'`)[0]?.n
    await page.getByTestId('middle-pictures').click()
    await page.getByTestId('pictures-instances').click()
    await page.getByTestId('gallery-side').click()
    await page.getByRole('menuitemradio', { name: 'truth' }).click()
    await expect(page.getByTestId('gallery')).toHaveAttribute('aria-busy', 'false')
    const crops = page.getByTestId('crop')
    for (const place of [0, 1, 2]) await crops.nth(place).click({ modifiers: ['Control'] })
    await expect(page.getByTestId('gallery-acts')).toContainText('3 selected')
    await page.getByTestId('gallery-category').click()
    await page.getByRole('menuitem', { name: 'tug' }).click()
    await expect.poll(tugs).toBe(3)
    await page.keyboard.press('Control+z')
    await expect.poll(tugs).toBe(0)
    await page.getByTestId('middle-image').click()
  })

  await test.step('two runs stand side by side: what the draft has won, image by image and with an interval', async () => {
    await page.getByTestId('run-menu').click()
    await page.getByRole('menuitem', { name: 'Compare two runs…' }).click()
    // two fixes were made, of one image or of two
    await expect(page.getByTestId('wins')).toHaveText(/^[12]$/)
    await expect(page.getByTestId('losses')).toHaveText('0')
    await expect(page.getByTestId('mean-difference')).toHaveText(/\+0\.\d{3}/)
    // the ships of one group, and the images that hold them
    await page.getByTestId('group-lone').click()
    await expect(page.getByTestId('difference-over')).toContainText('with ships: lone')
    await page.getByTestId('group-lone').click()
    await expect(page.getByTestId('difference-over')).toHaveText('F2, second above first')
    await page.getByTestId('gains').focus()
    await page.keyboard.press('End')
    await expect(page.getByTestId('plot-values')).toContainText('→')
    await page.getByTestId('order-won').click()
    await page.getByTestId('pairs').locator('[role=option]').first().click()
    await page.keyboard.press('t')
    await expect(page.getByTestId('face-first')).toHaveAttribute('aria-pressed', 'true')
    // runs are only looked at: what would change them is not offered
    await expect(page.getByTestId('tool-select')).toBeVisible()
    await expect(page.getByTestId('tool-brush')).toHaveCount(0)
    await page.keyboard.press('t')
    await expect(page.getByTestId('face-second')).toHaveAttribute('aria-pressed', 'true')
    const report = join(folder, 'report.html')
    await drydock.answerDialogs(report)
    await page.getByTestId('run-menu').click()
    await page.getByRole('menuitem', { name: 'Save a report…' }).click()
    await expect.poll(() => existsSync(report)).toBe(true)
    expect(readFileSync(report, 'utf8')).toMatch(
      /Errors by kind.*Against .*images that cost most.*merge alpha/s,
    )
    const result = join(folder, 'result')
    await drydock.answerDialogs(result)
    await page.getByTestId('run-menu').click()
    await page.getByRole('menuitem', { name: 'Export the result…' }).click()
    await expect.poll(() => existsSync(join(result, 'result.json'))).toBe(true)
    await page.getByTestId('compare-close').click()
    await expect(page.getByTestId('review')).toBeVisible()
  })

  await test.step('what was taken away, the command line and the window say the same', async () => {
    const alone = command(folder, 'score', '--result', join(folder, 'result'), '--json')
    const reviewed = command(folder, 'review', '--project', project, '--json')
    expect([alone.status, reviewed.status]).toEqual([0, 0])
    const f2 = f2Of(reviewed.stdout)
    expect(f2Of(alone.stdout)).toBe(f2)
    await expect(page.getByTestId('set-f2-mean')).toHaveText(f2.toFixed(2))
  })

  await test.step('scores of a run whose truth has changed are said to be old, and computed again', async () => {
    await page.getByTestId('run-menu').click()
    await page.getByRole('menuitemradio', { name: /^Drydock base \d/ }).click()
    await expect(page.getByTestId('old-scores')).toContainText('older than the truth')
    await page.getByRole('button', { name: 'Compute again' }).click()
    await expect(page.getByTestId('old-scores')).toHaveCount(0)
  })
})
