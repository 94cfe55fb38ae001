import Database from 'better-sqlite3'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, type Drydock } from './harness.ts'
import { film, picture } from './pictures.ts'
import { jobsAreOver, labelledFolder, openImage, sampleIn, setNumber } from './steps.ts'

/** Train in each of its states: what takes hours to measure, nothing finished, few labels, running, finished, film, groups, gate, rolled back, side by side, learning curve, failed, interrupted. */

const FILMED = 'glint-small-craft.jpg'
const SIZE = { width: 160, height: 160 }

async function length(drydock: Drydock, steps: number, every: number): Promise<void> {
  await drydock.page.getByLabel('Unit of the length').selectOption('steps')
  await setNumber(drydock, 'Train for, steps', String(steps))
  await setNumber(drydock, 'Every', String(every))
}

const finished = ({ page }: Drydock): Promise<void> =>
  expect(page.getByTestId('train-state')).toContainText('finished', { timeout: 400_000 })

test('Train with what takes long to measure', async ({ launch, folder }) => {
  const drydock = await launch()
  const { page } = drydock
  await page.getByTestId('open-sample').click()
  await expect(page.getByTestId('image-count')).toHaveText('22')
  measured(sampleIn(folder))
  await page.getByTestId('view-train').click()
  await expect(page.getByTestId('positions')).toBeVisible()
  await page.getByTestId('tab-learning-curve').click()
  await expect(page.getByTestId('learning-gain')).toBeVisible()
  await picture(drydock, 'train-learning-curve')
  await drydock.resize(1440, 900)
  await page.getByTestId('show-card').click()
  await expect(page.getByTestId('card-sheet').getByTestId('reliability')).toBeVisible()
  await picture(drydock, 'train-card', false, { narrow: false })
})

test('Train where few images are finished', async ({ launch, folder }) => {
  const { images, csv } = await labelledFolder(folder, SIZE, (i) =>
    [0, 1].map((k) => ({ x: 10 + 16 * i, y: 20 + 60 * k + 5 * i, width: 42, height: 12 })),
  )
  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(images)
  await expect(page.getByTestId('image-count')).toHaveText('5')
  await jobsAreOver(drydock)
  await page.getByTestId('view-train').click()
  await expect(page.getByTestId('train-used')).toBeVisible()
  await picture(drydock, 'train-nothing')
  await drydock.answerDialogs(csv)
  await drydock.menu('import-labels')
  await page.getByTestId('import-start').click()
  await expect(page.getByTestId('import-result')).toContainText('Imported')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('train-used')).toHaveText('5')
  await picture(drydock, 'train-few')
  await length(drydock, 40, 10)
  await page.getByTestId('start-training').click()
  await expect(page.getByTestId('train-state')).toContainText('running')
  await picture(drydock, 'train-few-running')
  await finished(drydock)
  await picture(drydock, 'train-few-done')
  await page.getByTestId('tab-learning-curve').click()
  await page.getByTestId('measure-curve').click()
  await expect(page.getByTestId('toast-error')).toBeVisible()
  await picture(drydock, 'train-learning-curve-refused')
})

test('Train on the sample', async ({ launch, folder }) => {
  const drydock = await launch()
  const { page } = drydock
  await page.getByTestId('open-sample').click()
  await expect(page.getByTestId('image-count')).toHaveText('22')
  // one to validate on: the film is of what is not trained on
  await page.getByTestId('filter').fill(FILMED)
  await openImage(drydock, FILMED)
  await page.getByTestId('filter').fill('')
  await page.getByTestId('view-train').click()
  await expect(page.getByTestId('train-used')).toBeVisible()
  await picture(drydock, 'train-empty')
  for (const tab of ['film', 'crops', 'learning-curve']) {
    await page.getByTestId(`tab-${tab}`).click()
    await picture(drydock, `train-empty-${tab}`)
  }
  await page.getByTestId('tab-curves').click()

  await drydock.resize(1440, 900)
  await page.getByTestId('show-groups').click()
  for (const path of ['athens-terminal.png', 'genoa-terminal.png', 'glint-pier.jpg']) {
    await page.getByLabel(`Split of ${path}`).selectOption('hold-out')
    await expect(page.getByLabel(`Split of ${path}`)).toHaveValue('hold-out')
  }
  await page.keyboard.press('Escape')
  await length(drydock, 40, 4)
  await page.getByTestId('start-training').click()
  await expect(page.getByTestId('train-state')).toContainText('running')
  await picture(drydock, 'train-starting')
  await expect(page.getByTestId('f2-curve')).toHaveAttribute('data-points', '2', { timeout: 400_000 })
  await picture(drydock, 'train-running')
  await finished(drydock)
  await picture(drydock, 'train-finished')
  await page.getByTestId('loss-parts').check()
  await picture(drydock, 'train-parts')
  await page.getByTestId('loss-parts').uncheck()
  await page.getByTestId('tab-film').click()
  await expect(page.getByTestId('film-f2')).toContainText('found')
  await picture(drydock, 'train-film')
  await page.getByTestId('film-scrub').focus()
  await page.getByTestId('film-scrub').press('Home')
  await expect(page.getByTestId('film-f2')).toContainText('found')
  await picture(drydock, 'train-film-start')
  await film(drydock, 'film')
  await drydock.resize(1440, 900)
  await page.getByTestId('tab-crops').click()
  await expect(page.getByTestId('crops').locator('canvas').first()).toBeVisible()
  await picture(drydock, 'train-crops')
  await page.getByTestId('tab-curves').click()
  await page.getByTestId('show-groups').click()
  await expect(page.getByTestId('group').first()).toBeVisible()
  await picture(drydock, 'train-groups')
  await page.keyboard.press('Escape')

  await drydock.resize(1440, 900)
  await expect(page.getByTestId('look-at-hold-out')).toBeVisible()
  await page.getByTestId('look-at-hold-out').click()
  await expect(page.getByTestId('hold-out-looks')).toContainText('once', { timeout: 120_000 })
  await picture(drydock, 'train-gate')
  await drydock.resize(1440, 900)
  await page.getByTestId('make-current').click()
  await expect(page.getByTestId('roll-back')).toBeVisible()
  await picture(drydock, 'train-made-current')

  await setNumber(drydock, 'Learning rate', '0.004')
  await setNumber(drydock, 'Train for, steps', '16')
  await page.getByTestId('start-training').click()
  await expect(page.getByTestId('train-state')).toContainText('running')
  await finished(drydock)
  await picture(drydock, 'train-second')
  await drydock.resize(1440, 900)
  await page.getByTestId('versions-menu').click()
  await page.getByRole('menuitem', { name: /Side by side/ }).click()
  await expect(page.getByTestId('versions-sheet')).toBeVisible()
  await picture(drydock, 'train-side-by-side', true, { narrow: false })
  await page.keyboard.press('Escape')

  await page.getByTestId('tab-learning-curve').click()
  await page.getByTestId('measure-curve').click()
  await expect(page.getByTestId('cancel-job')).toBeVisible()
  await picture(drydock, 'train-learning-curve-measuring')
  await page.getByTestId('cancel-job').click()
  await jobsAreOver(drydock)
  await picture(drydock, 'train-learning-curve-cancelled')
  await page.getByTestId('tab-curves').click()

  await setNumber(drydock, 'Learning rate', '1')
  await page.getByTestId('start-training').click()
  await expect(page.getByTestId('train-state')).toContainText('running')
  await expect(page.getByTestId('train-state')).toContainText(/failed|finished/, { timeout: 240_000 })
  await picture(drydock, 'train-failed')
  await setNumber(drydock, 'Learning rate', '0.001')
  await setNumber(drydock, 'Train for, steps', '400')
  await page.getByTestId('start-training').click()
  await expect(page.getByTestId('f2-curve')).toHaveAttribute('data-points', '2', { timeout: 400_000 })
  await drydock.kill()
  const project = sampleIn(folder)
  verdicts(project)
  const again = await launch()
  await again.page.getByTestId('open-sample').click()
  await again.page.getByTestId('view-train').click()
  await expect(again.page.getByTestId('train-state')).toContainText('interrupted')
  await picture(again, 'train-interrupted')
  await again.resize(1440, 900)
  await again.page.getByRole('button', { name: 'Sample 1' }).first().click()
  await expect(again.page.getByTestId('gate')).toHaveAttribute('data-verdict', 'better')
  await picture(again, 'train-gate-better', false, { narrow: false })
  await again.page.getByRole('button', { name: 'Drydock base' }).last().click()
  await expect(again.page.getByTestId('gate')).toHaveAttribute('data-verdict', 'worse')
  await picture(again, 'train-gate-worse', false, { narrow: false })
})

/** Verdicts that trainings of a minute do not reach: the one version surely better than its parent, the base model surely worse. */
function verdicts(project: string): void {
  const file = new Database(join(project, 'project.sqlite'))
  const rows = file
    .prepare<[], { id: string; name: string; parent: string | null }>('select id, name, parent from models')
    .all()
  const interval = (value: number) => ({ value, low: value - 0.03, high: value + 0.03 })
  const versions = Object.fromEntries(
    rows.map(({ id, name, parent }) => {
      const value = name === 'Drydock base' ? -0.05 : 0.05
      const scores = {
        f2: 0.7 + value,
        before: 0.7,
        difference: interval(value),
        differenceWithShips: interval(value),
      }
      return [id, { paired: { against: parent, on: 'validation', images: 12, ...scores }, remark: '' }]
    }),
  )
  file
    .prepare<[string]>("update meta set value = ? where name = 'versions'")
    .run(JSON.stringify({ versions, looks: [] }))
  file.close()
}

/** A learning curve, and a card with all that a calibrated version of many images has. */
function measured(project: string): void {
  const interval = (value: number, half: number) => ({ value, low: value - half, high: value + half })
  const f2 = (images: number) => 0.5 + 0.045 * Math.log2(images)
  const curve = {
    ...{ at: '2026-11-30T12:00:00Z', scoredOn: 24, ships: 61, gain: interval(0.037, 0.029), more: 100 },
    from: 'Drydock base',
    points: [18, 36, 72].map((images, i) => ({
      ...{ images, f2: interval(f2(images), 0.06 - 0.01 * i), found: 24 + 6 * i },
      recall: interval((24 + 6 * i) / 61, 0.11),
    })),
    fit: [18, 36, 72, 104, 136, 172].map((images) => ({ images, f2: f2(images) })),
  }
  mkdirSync(join(project, 'training'), { recursive: true })
  writeFileSync(join(project, 'training', 'learning-curve.json'), JSON.stringify(curve))
  const [base] = readdirSync(join(project, 'models'))
  const file = join(project, 'models', base ?? '', 'card.json')
  const card = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const position = (name: string, minScore: number, emptyClean: number, found: number, all: number) => ({
    ...{ name, minScore },
    validation: { f2: all, f2WithShips: all / 2, emptyClean, emptyImages: 40, found, ships: 135 },
  })
  const more = {
    bestStep: card['steps'],
    positions: [
      position('clean', 0.71, 40, 41, 0.712),
      position('balanced', 0.52, 38, 68, 0.731),
      position('ships', 0.23, 31, 87, 0.688),
    ],
    reliability: [0.07, 0.18, 0.31, 0.46, 0.58, 0.72, 0.88].map((score, i) => ({
      ...{ score, instances: 40, hits: Math.round(40 * (score + (i % 2 ? 0.06 : -0.04))) },
    })),
  }
  writeFileSync(file, JSON.stringify({ ...card, ...more }))
}
