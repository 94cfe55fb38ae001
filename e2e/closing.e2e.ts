import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, test } from './harness.ts'
import { answerQuestions, ask, asked, closeWindow, counts, handOn, sampleIn, saved } from './steps.ts'

test('gestures that cannot be saved keep the window, until a person gives them up', async ({
  launch,
  folder,
}) => {
  const project = sampleIn(folder)
  const drydock = await launch({ args: ['--open-sample'] })
  const { app, page } = drydock
  const truth = () => ask<{ id: string }>(project, 'select id from truth')
  const hand = await handOn(drydock, 'drawn-at-sea.jpg')
  const before = truth().length
  const shown = (await counts(drydock)).truth

  // holds the lock of the project, so that nothing can be written
  const other = new Database(join(project, 'project.sqlite'))
  other.exec('begin immediate')
  await page.keyboard.press('b')
  await hand.stroke([300, 300], [340, 300])
  await expect(page.getByTestId('saved-state')).toContainText('Not saved: 1 gesture')

  await test.step('quitting asks, and the window stays with what was drawn', async () => {
    await answerQuestions(drydock, 0)
    await app.evaluate(({ app: electron }) => electron.quit())
    await expect.poll(() => asked(drydock)).toEqual(['The last gestures are not saved yet'])
    await expect.poll(async () => (await counts(drydock)).truth).toBe(shown + 1)
    await expect(page.getByTestId('saved-state')).toContainText('Not saved: 1 gesture')
  })

  await test.step('it is saved once that is possible', async () => {
    other.exec('rollback')
    await saved(drydock)
    expect(truth()).toHaveLength(before + 1)
  })

  await test.step('the window closes with a gesture that a person gives up', async () => {
    other.exec('begin immediate')
    await hand.stroke([300, 340], [340, 340])
    await expect(page.getByTestId('saved-state')).toContainText(/Saving|Not saved/)
    await answerQuestions(drydock, 1)
    const gone = app.waitForEvent('close', { timeout: 60_000 })
    await closeWindow(drydock)
    await gone
    other.close()
    expect(truth()).toHaveLength(before + 1)
  })
})

test('a gesture on its way is saved before the window closes, and nobody is asked', async ({
  launch,
  folder,
}) => {
  const project = sampleIn(folder)
  const drydock = await launch({ args: ['--open-sample'] })
  const { app, page } = drydock
  const hand = await handOn(drydock, 'drawn-at-sea.jpg')
  const before = ask(project, 'select id from truth').length
  await page.keyboard.press('b')
  const gone = app.waitForEvent('close', { timeout: 60_000 })
  await hand.stroke([300, 300], [340, 300])
  await closeWindow(drydock)
  await gone
  expect(ask(project, 'select id from truth')).toHaveLength(before + 1)
})

test('a page that has crashed is loaded anew, and has open what was open', async ({ launch }) => {
  const { app, page } = await launch({ args: ['--open-sample'] })
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  )
  const images = () =>
    app.evaluate(({ BrowserWindow }) =>
      Promise.race([
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
          `document.querySelector('[data-testid=image-count]')?.textContent`,
        ),
        // one that asks while there is no page gets no answer
        new Promise((resolve) => setTimeout(resolve, 2000, 'no answer')),
      ]),
    )
  await expect.poll(images).toBe('22')
})
