import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type Drydock } from './harness.ts'
import { ask, jobsAreOver, predictAll, sampleIn } from './steps.ts'

/**
 * A reviewer's walk through the real window: from opening a project that was predicted before to its five costliest errors mended in a draft run. Counts clicks and
 * keys, and seconds of the script, which reads nothing and does not hesitate.
 */

const FIXES = 5

/** Mends the fix worth most, so many times. @returns how many clicks and keys that took */
type Way = (drydock: Drydock, mended: () => number) => Promise<number>

/** Row by row: choose it, mend it in a draft, keep that. */
const byButtons: Way = async (drydock, mended) => {
  const { page } = drydock
  let actions = 0
  for (let i = 1; i <= FIXES; i++) {
    await page.getByTestId('set-fixes').locator('[role=option]').first().click()
    await page.getByTestId('mend').click()
    await page.getByTestId('draft-keep').click()
    actions += 3
    await expect.poll(mended).toBe(i)
    await jobsAreOver(drydock)
    await expect(page.getByTestId('draft')).toHaveCount(0)
  }
  return actions
}

/** The first row, and Enter again and again. */
const byEnter: Way = async ({ page }, mended) => {
  await page.getByTestId('set-fixes').locator('[role=option]').first().click()
  let actions = 1
  for (let i = 1; i <= FIXES; i++) {
    await page.getByTestId('set-fixes').press('Enter')
    actions++
    await expect.poll(mended).toBe(i)
    await expect(page.getByTestId('mend-in-run')).toBeEnabled()
  }
  return actions
}

test('the five costliest errors are mended', async ({ launch, folder }) => {
  const first = await launch({ args: ['--open-sample'] })
  await expect(first.page.getByTestId('open-image')).toHaveText(/\w/)
  await predictAll(first, sampleIn(folder))
  await first.app.close()
  const rows: string[] = []
  for (const [name, way] of Object.entries({ 'row, mend, keep': byButtons, 'row, Enter': byEnter })) {
    const userData = join(folder, name)
    cpSync(join(folder, 'user-data'), userData, { recursive: true })
    const project = join(userData, 'projects', 'sample.drydock')
    const truth = () => ask(project, 'select * from truth order by number')
    const before = truth()
    // changes by hand that are kept: each fix is one
    const mended = () =>
      ask<{ changes: string }>(project, 'select changes_json as changes from drafts').reduce(
        (sum, { changes }) => sum + (JSON.parse(changes) as unknown[]).length,
        0,
      )
    const from = performance.now()
    const drydock = await launch({ userData, args: ['--open-sample'] })
    await drydock.page.getByTestId('view-review').click()
    await drydock.page.getByTestId('list-fixes').click()
    await expect(drydock.page.getByTestId('set-fixes').locator('[role=option]').first()).toBeVisible()
    const toList = performance.now() - from
    const actions = 2 + (await way(drydock, mended))
    const seconds = (performance.now() - from) / 1000
    expect(truth()).toEqual(before)
    rows.push(
      `| ${name} | ${actions} | ${(toList / 1000).toFixed(1)} | ${((seconds - toList / 1000) / FIXES).toFixed(1)} | ${seconds.toFixed(1)} |`,
    )
    await drydock.app.close()
  }
  console.log(
    ['| way | actions | s to the list | s a fix | s in all |', '|---|---|---|---|---|', ...rows].join('\n'),
  )
})
