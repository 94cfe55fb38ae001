import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drydock as command } from '../src-main/testing/command.ts'
import { expect, test } from './harness.ts'
import { ask, jobsAreOver, sampleIn } from './steps.ts'

test('the labels of two people become runs, and Compare says how far they agree, on what not, and who is nearer to the truth', async ({
  launch,
  folder,
}) => {
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const project = sampleIn(folder)
  await expect(page.getByTestId('open-image')).toHaveText(/\w/)
  await jobsAreOver(drydock)
  const truth = ask<{ path: string; rle: string }>(
    project,
    `select i.path, t.rle from truth t join images i on i.id = t.image_id where i.status = 'done' and not t.ignore order by i.path, t.rowid`,
  )
  const byImage = Map.groupBy(truth, ({ path }) => path)
  const [[fewer, ships]] = [...byImage].filter(([, of]) => of.length > 2) as [[string, typeof truth]]
  const left = ships[0]?.rle ?? ''
  const labels = (name: string, rows: typeof truth) => {
    const csv = join(folder, `${name}.csv`)
    const lines = rows.map(({ path, rle }) => `${path},${rle}`)
    writeFileSync(csv, ['ImageId,EncodedPixels', ...lines, ''].join('\n'))
    return csv
  }
  // Ada has marked all of them; Ben has left out one ship
  const ada = labels('ada', truth)
  const ben = labels(
    'ben',
    truth.filter(({ path, rle }) => path !== fewer || rle !== left),
  )
  const said = ['import', '--project', project, '--csv', ada, '--what', 'predictions', '--run', 'Ada']
  expect(command(folder, ...said).status).toBe(0)
  await drydock.answerDialogs(ben)
  await drydock.menu('import-labels')
  await page.getByLabel(/A run: a colleague/).check()
  await page.getByLabel('Name of the run').fill('Ben')
  await page.getByTestId('import-start').click()
  await expect(page.getByTestId('import-result')).toContainText('They are a run of their own')
  await page.getByTestId('import-close').click()

  await page.getByTestId('run-menu').click()
  await page.getByRole('menuitem', { name: 'Compare two runs…' }).click()
  for (const [which, name] of [
    ['first', /^Ben/],
    ['second', /^Ada/],
  ] as const) {
    await page.getByTestId(`compare-${which}`).click()
    await page.getByRole('menuitemradio', { name }).click()
    await expect(page.getByTestId(`compare-${which}`)).toContainText(name)
  }
  await expect(page.getByTestId('shared')).toContainText(
    `Both have ${truth.length - 1} instances (IoU over 0.50), the first alone 0, the second alone 1.`,
  )
  await expect(page.getByTestId('wins')).toHaveText('1')
  await expect(page.getByTestId('losses')).toHaveText('0')
  // one of n ships: F1 of the two is 2 (n - 1) / (2 n - 1) on that image, and 1 on all others
  const n = ships.length
  const of = (2 * (n - 1)) / (2 * n - 1)
  await page.getByTestId('order-disagreed').click()
  const least = page.getByTestId('pairs').locator('[role=option]').first()
  await expect(least).toContainText(fewer)
  await expect(least).toContainText(of.toFixed(2))
  await least.click()
  await expect(page.getByTestId('compare').getByTestId('open-image')).toHaveText(fewer)
  await expect(page.getByTestId('legend')).toContainText('second alone')
  await page.keyboard.press('t')
  await expect(page.getByTestId('legend')).toContainText('first run: Ben')

  await page.getByTestId('run-menu').click()
  await page.getByRole('menuitemradio', { name: /^Ada/ }).click()
  const current = () =>
    ask<{ name: string }>(
      project,
      `select r.name from runs r join meta m on m.name = 'current_run' and r.id = m.value`,
    )
  await expect.poll(current).toEqual([{ name: 'Ada' }])

  // the command line has the same figures, to the last digit
  const alone = command(folder, 'score', '--project', project, '--against', 'Ben', '--json')
  expect(alone.status).toBe(0)
  expect(JSON.parse(alone.stdout)).toMatchObject({
    comparison: { wins: 1, losses: 0, shared: { both: truth.length - 1, first: 0, second: 1 } },
  })
  expect(drydock.problems).toEqual([])
})
