import { expect, test } from './harness.ts'
import { ask, row, sampleIn } from './steps.ts'

test('the queue is filtered, several images are chosen, and what is done to all of them is one undo', async ({
  launch,
  folder,
}) => {
  const project = sampleIn(folder)
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const options = page.getByTestId('queue').getByRole('option')
  const length = async () => Number((await options.first().getAttribute('aria-setsize')) ?? 0)
  const ofSplit = (split: string) =>
    ask<{ n: number }>(project, 'select count(*) n from images where split = ?', split)[0]!.n
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await expect.poll(length).toBe(22)
  // masks lie on the small pictures
  await expect(page.getByTestId('queue').locator('canvas[data-marks]').first()).toBeVisible()

  await test.step('a filter is kept under a name, and set again', async () => {
    await page.getByTestId('filter-menu').click()
    const panel = page.getByTestId('filter-panel')
    await panel.getByLabel('Split').selectOption('train')
    await expect.poll(length).toBe(ofSplit('train'))
    await panel.getByTestId('filter-name').fill('to learn from')
    await panel.getByTestId('save-filter').click()
    await panel.getByRole('button', { name: 'Show all' }).click()
    await expect.poll(length).toBe(22)
    await panel.getByRole('button', { name: 'to learn from', exact: true }).click()
    await expect.poll(length).toBe(ofSplit('train'))
    await panel.getByRole('button', { name: 'Show all' }).click()

    const images = (where: string) =>
      ask<{ n: number }>(project, `select count(*) n from images i where ${where}`)[0]!.n
    const ships = '(select count(*) from truth where image_id = i.id)'
    await panel.getByLabel('Ships from').fill('1')
    await panel.getByLabel('Ships to').fill('2')
    await panel.getByLabel('Ships to').press('Enter')
    await expect.poll(length).toBe(images(`${ships} between 1 and 2`))
    await panel.getByLabel('Longer side from').fill('320')
    await panel.getByLabel('Longer side from').press('Tab')
    await expect.poll(length).toBe(images(`${ships} between 1 and 2 and max(width, height) >= 320`))
    await panel.getByRole('button', { name: 'Show all' }).click()
    await expect.poll(length).toBe(22)
    await page.keyboard.press('Escape')
    await expect(panel).toHaveCount(0)
  })

  await test.step('several are chosen, and flagged in one act that is taken back in one', async () => {
    const flagged = () => ask<{ n: number }>(project, 'select count(*) n from images where flagged')[0]!.n
    await options.nth(0).click()
    await options.nth(1).click({ modifiers: ['Control'] })
    await options.nth(3).click({ modifiers: ['Shift'] })
    await expect(page.getByTestId('chosen-bar')).toContainText('3 chosen')
    await page.getByTestId('chosen-menu').click()
    await page.getByRole('menuitem', { name: 'Flag', exact: true }).click()
    await expect.poll(flagged).toBe(3)
    await expect(
      row(drydock, (await options.nth(2).locator('[data-path]').getAttribute('data-path'))!),
    ).toContainText(/to do|done|no ship/)
    await page.keyboard.press('Control+z')
    await expect.poll(flagged).toBe(0)
    await page.getByTestId('queue').focus()
    await page.keyboard.press('Control+a')
    await expect(page.getByTestId('chosen-bar')).toContainText('22 chosen')
    await page.getByTestId('choose-none').click()
    await expect(page.getByTestId('chosen-bar')).toHaveCount(0)
  })

  await test.step('the list stays where it was scrolled to while others are chosen, and says which are not listed', async () => {
    await options.nth(0).click()
    const queue = page.getByTestId('queue')
    await queue.press('End')
    await expect(queue.locator('[role=option][aria-posinset="22"]')).toBeInViewport()
    await queue.evaluate((list) => list.scrollTo(0, 0))
    const first = queue.locator('[data-path]').first()
    await expect(first).toBeInViewport()
    await first.click({ modifiers: ['Control'] })
    await expect(page.getByTestId('chosen-bar')).toContainText('2 chosen')
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))))
    await expect(first).toBeInViewport()
    await page.getByTestId('filter').fill('nothing has this name')
    await expect(page.getByTestId('chosen-bar')).toContainText('2 chosen, 2 not listed')
    await page.getByTestId('filter').fill('')
    await expect(page.getByTestId('chosen-bar')).not.toContainText('not listed')
    await page.getByTestId('choose-none').click()
  })

  await test.step('images are left out for good: several, and the open one, which is taken back', async () => {
    const leftOut = () => ask<{ n: number }>(project, 'select count(*) n from images where left_out is not null')[0]!.n // prettier-ignore
    // by their places: the list goes to the open image, the last one, once it is whole again
    const at = (place: number) => page.getByTestId('queue').locator(`[aria-posinset="${place}"]`)
    await page.getByTestId('queue').press('Home')
    await expect(at(1)).toHaveAttribute('aria-selected', 'true')
    await at(2).click({ modifiers: ['Control'] })
    await expect(page.getByTestId('chosen-bar')).toContainText('2 chosen')
    await page.getByTestId('chosen-menu').click()
    await page.getByRole('menuitem', { name: 'Leave out for good' }).click()
    await page.getByLabel('Why it is left out').fill('under cloud')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('left-out-count')).toHaveText('2')
    await expect(page.getByTestId('image-count')).toHaveText('20')
    await expect(at(2)).toContainText('left out: under cloud')
    await page.keyboard.press('Control+z')
    await expect.poll(leftOut).toBe(0)
    await expect(page.getByTestId('image-count')).toHaveText('22')
    await page.getByTestId('choose-none').click()
    const first = (await page.getByTestId('open-image').textContent())!
    await page.getByTestId('leave-out').click()
    await page.getByLabel('Why it is left out').fill('blurred')
    await page.keyboard.press('Enter')
    // the next image is there, and undo returns to the one that was left
    await expect(page.getByTestId('open-image')).not.toHaveText(first)
    await expect.poll(leftOut).toBe(1)
    await page.keyboard.press('Control+z')
    await expect(page.getByTestId('open-image')).toHaveText(first)
    await expect.poll(leftOut).toBe(0)
    // once it is there, and as it was: a key before that is for an image that nobody sees yet
    await expect(page.getByTestId('leave-out')).toBeEnabled()
    await expect(page.getByTestId('leave-out')).toHaveAttribute('aria-pressed', 'false')
    await page.keyboard.press('Shift+N')
    await page.getByLabel('Why it is left out').fill('blurred')
    await page.keyboard.press('Enter')
    await page.getByTestId('filter-menu').click()
    await page.getByTestId('filter-panel').getByLabel('Left out').selectOption('only')
    await expect.poll(length).toBe(1)
    await page.keyboard.press('Escape')
    await options.first().click()
    await expect(page.getByTestId('left-out-note')).toContainText('blurred')
    if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/left-out.png` })
    await page.getByTestId('left-out-note').getByRole('button', { name: 'Take back' }).click()
    await expect.poll(leftOut).toBe(0)
  })
})
