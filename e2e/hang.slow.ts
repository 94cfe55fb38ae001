import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, test } from './harness.ts'
import { answerQuestions, asked, closeWindow, handOn, sampleIn } from './steps.ts'

/** Longer than a page may leave its window without an answer, on a machine far slower than ours, ms. */
const ASKS_WITHIN = 120_000

test('a window whose page hangs is closed once a person says so', async ({ launch }) => {
  const drydock = await launch({ args: ['--open-sample'] })
  const { app, page } = drydock
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await answerQuestions(drydock, 0)
  await page.evaluate(() => {
    setTimeout(() => {
      for (;;);
    })
  })
  await closeWindow(drydock)
  await expect.poll(() => asked(drydock), { timeout: ASKS_WITHIN }).toEqual(['The window does not answer'])
  // waited for, it is asked about again
  await answerQuestions(drydock, 1)
  const gone = app.waitForEvent('close', { timeout: ASKS_WITHIN })
  await closeWindow(drydock)
  await gone
})

test('one that refuses to close, as gestures are not saved, is never taken for one that hangs', async ({
  launch,
  folder,
}) => {
  const project = sampleIn(folder)
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const hand = await handOn(drydock, 'drawn-at-sea.jpg')
  const other = new Database(join(project, 'project.sqlite'))
  other.exec('begin immediate')
  await page.keyboard.press('b')
  await hand.stroke([300, 300], [340, 300])
  await expect(page.getByTestId('saved-state')).toContainText('Not saved: 1 gesture')
  await answerQuestions(drydock, 0)
  // each time it is tried for three seconds before a person is asked
  const questions: string[] = []
  while (questions.length < 9) {
    await closeWindow(drydock)
    questions.push('The last gestures are not saved yet')
    await expect.poll(() => asked(drydock), { timeout: ASKS_WITHIN }).toEqual(questions)
  }
  other.exec('rollback')
  other.close()
  await expect(page.getByTestId('saved-state')).toContainText('Saved', { timeout: ASKS_WITHIN })
})
