import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CanvasHand } from './canvas.ts'
import { expect, test } from './harness.ts'
import { answerQuestions, ask, asked, jobsAreOver, openImage, sampleIn, saved } from './steps.ts'

test('a project that a crash has damaged goes back to a backup by the menu, and nothing is deleted', async ({
  launch,
  folder,
}) => {
  const sample = sampleIn(folder)
  const project = join(folder, 'crashed.drydock')
  const backups = join(project, 'backups')
  const named = (place: string, pattern: RegExp) => readdirSync(place).filter((name) => pattern.test(name))
  const truth = () => ask<{ id: string }>(project, 'select id from truth order by id')

  const first = await launch({ args: ['--open-sample'] })
  await openImage(first, 'drawn-at-sea.jpg')
  await expect.poll(() => named(join(sample, 'backups'), /\.sqlite$/)).toHaveLength(1)
  const before = ask<{ id: string }>(sample, 'select id from truth order by id')
  const hand = new CanvasHand(first.page)
  await hand.look()
  await first.page.keyboard.press('b')
  await hand.stroke([300, 300], [340, 300])
  await expect.poll(() => ask(sample, 'select id from truth')).toHaveLength(before.length + 1)
  await saved(first)
  // as a crash leaves it: the log with the last stroke is there, and the start of the database is gone
  await jobsAreOver(first)
  cpSync(sample, project, { recursive: true, filter: (from) => basename(from) !== 'cache' })
  await first.close()
  const file = join(project, 'project.sqlite')
  writeFileSync(file, readFileSync(file).fill(0x4e, 0, 64))

  const drydock = await launch({ args: ['--open', project] })
  const { page } = drydock
  await expect(page.getByTestId('toast-error')).toContainText('Restore a backup')
  await drydock.answerDialogs(join(backups, named(backups, /\.sqlite$/)[0] ?? ''))
  await test.step('a no changes nothing', async () => {
    await answerQuestions(drydock, 0)
    await drydock.menu('restore-backup')
    await expect.poll(() => asked(drydock)).toEqual([expect.stringMatching(/^Restore the backup of/)])
    expect(named(backups, /^replaced-/)).toEqual([])
  })
  await test.step('a yes opens the project as it was', async () => {
    await answerQuestions(drydock, 1)
    await drydock.menu('restore-backup')
    await expect(page.getByTestId('image-count')).toHaveText('22')
    await expect(page.getByTestId('toast-error')).toBeHidden()
    expect(truth()).toEqual(before)
    const [aside = ''] = named(backups, /^replaced-/)
    expect(readdirSync(join(backups, aside)).sort()).toEqual([
      'project.sqlite',
      'project.sqlite-shm',
      'project.sqlite-wal',
    ])
  })
})
