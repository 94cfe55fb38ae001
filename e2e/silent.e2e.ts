import { expect, test } from './harness.ts'
import { ask, handOn, sampleIn, saved } from './steps.ts'

test('a background process that does not answer is shown as such, and loses nothing, waited for or restarted', async ({
  launch,
  folder,
}) => {
  const project = sampleIn(folder)
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const message = page.getByTestId('silent-background')
  const drawn = (): number => ask(project, "select id from truth where origin = 'drawn'").length
  const hand = await handOn(drydock, 'drawn-at-sea.jpg')
  const before = drawn()
  const backend = await drydock.pidOf('backend')
  await page.keyboard.press('b')

  await test.step('it goes away by itself when the process answers again', async () => {
    process.kill(backend, 'SIGSTOP')
    await hand.stroke([300, 300], [340, 300])
    await expect(message).toContainText('background process does not answer')
    process.kill(backend, 'SIGCONT')
    await expect(message).toBeHidden()
    await saved(drydock)
    expect(drawn()).toBe(before + 1)
  })

  await test.step('who waits is not bothered, and gets the same', async () => {
    process.kill(backend, 'SIGSTOP')
    await hand.stroke([300, 340], [340, 340])
    await expect(message).toBeVisible()
    await message.getByRole('button', { name: 'Wait' }).click()
    await expect(message).toBeHidden()
    process.kill(backend, 'SIGCONT')
    await saved(drydock)
    expect(drawn()).toBe(before + 2)
  })

  await test.step('another process takes over what was not acknowledged, once', async () => {
    process.kill(backend, 'SIGSTOP')
    await hand.stroke([300, 380], [340, 380])
    await expect(message).toBeVisible()
    await message.getByRole('button', { name: 'Restart it' }).click()
    await drydock.pidOf('backend', backend)
    await expect(message).toBeHidden()
    await saved(drydock)
    expect(drawn()).toBe(before + 3)
  })
})
