import Database from 'better-sqlite3'
import type { Locator } from '@playwright/test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatRle } from '../src-main/core/mask/rle.ts'
import { maskOf, writeImages } from '../src-main/testing/images.ts'
import { CanvasHand } from './canvas.ts'
import { expect, type Drydock } from './harness.ts'

/** Where the sample project is made. @param folder the test's own */
export function sampleIn(folder: string): string {
  return join(folder, 'user-data', 'projects', 'sample.drydock')
}

/** What the page has complained of, but for pictures that were gone when it asked for them, in a test that moves files. */
export function problemsBesidesPictures({ problems }: Drydock): string[] {
  return problems.filter((problem) => !/^Failed to load resource: .* 404/.test(problem))
}

/** Opens an image by its row in the list. */
export async function openImage({ page }: Drydock, path: string): Promise<void> {
  await page.getByTestId('queue').locator(`[data-path="${path}"]`).click()
  await expect(page.getByTestId('open-image')).toHaveText(path)
}

/** Until no job runs any more. */
export async function jobsAreOver({ page }: Drydock): Promise<void> {
  await expect(page.getByTestId('cancel-job')).toHaveCount(0, { timeout: 180_000 })
}

/** Predicts all images, until that has ended. The folder that is listed stands in the status bar before, and is waited for first. */
export async function predictAll(drydock: Drydock, project: string): Promise<void> {
  await jobsAreOver(drydock)
  await drydock.menu('predict-all')
  await expect.poll(() => lastPrediction(project), { timeout: 180_000 }).toBe('done')
  await jobsAreOver(drydock)
}

/** State of the prediction that began last. */
export function lastPrediction(project: string): string | undefined {
  const last = `select state from jobs where kind = 'predict' order by started_at desc limit 1`
  return ask<{ state: string }>(project, last)[0]?.state
}

/** How many instances the open image has, by the head of the list. */
export async function counts({ page }: Drydock): Promise<{ truth: number; predicted: number }> {
  const text = await page.getByTestId('instance-count').innerText()
  const [, truth, predicted] = /([\d,]+) truth, ([\d,]+) predicted/.exec(text) ?? []
  return { truth: Number(truth), predicted: Number(predicted) }
}

/** Until the last gesture is on the disk. */
export async function saved({ page }: Drydock): Promise<void> {
  await expect(page.getByTestId('saved-state')).toContainText('Saved')
}

/** What the project's file on the disk says, past every process. */
export function ask<T>(project: string, sql: string, ...values: unknown[]): T[] {
  const file = new Database(join(project, 'project.sqlite'), { readonly: true })
  try {
    return file.prepare<unknown[], T>(sql).all(...values)
  } finally {
    file.close()
  }
}

/** An image's row in the list. */
export function row({ page }: Drydock, path: string): Locator {
  return page.getByTestId('queue').locator('[role=option]', { has: page.locator(`[data-path="${path}"]`) })
}

/** Opens an image and lays a hand on it. */
export async function handOn(drydock: Drydock, path: string): Promise<CanvasHand> {
  await openImage(drydock, path)
  await expect(drydock.page.getByTestId('canvas')).toHaveAttribute('data-ready', 'true')
  const hand = new CanvasHand(drydock.page)
  await hand.look()
  return hand
}

/** How the desktop's next questions are answered: by the button of this number. What they are is kept from now on. */
export async function answerQuestions({ app }: Drydock, button: number): Promise<void> {
  await app.evaluate(({ dialog }, response) => {
    const asked: string[] = []
    Reflect.set(globalThis, 'asked', asked)
    Reflect.set(dialog, 'showMessageBox', async (_window: unknown, { message }: { message: string }) => {
      asked.push(message)
      return { response, checkboxChecked: false }
    })
  }, button)
}

/** What the desktop has asked since {@link answerQuestions}. */
export function asked({ app }: Drydock): Promise<unknown> {
  return app.evaluate((): unknown => Reflect.get(globalThis, 'asked'))
}

/** As its button does: it may ask, or stay. */
export async function closeWindow({ app }: Drydock): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
}

/** Sets a number of the configuration in Train. */
export async function setNumber({ page }: Drydock, label: string, value: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true })
  await field.fill(value)
  await field.press('Enter')
}

/** Starts a training of a name that no other has, and waits until what the window shows is that one, and until it has ended. */
export async function train({ page }: Drydock, name: string, timeout: number): Promise<void> {
  await page.getByLabel("New version's name").fill(name)
  await page.getByTestId('start-training').click()
  await expect(page.getByRole('heading', { name: `Training ${name}`, exact: true })).toBeVisible()
  await expect(page.getByTestId('train-state')).toContainText('finished', { timeout })
}

/** Five images with their ships, each a rectangle, and an Airbus CSV of these. @param ships of the image of this number */
export async function labelledFolder(
  folder: string,
  size: { width: number; height: number },
  ships: (image: number) => { x: number; y: number; width: number; height: number }[],
): Promise<{ images: string; csv: string }> {
  const images = join(folder, 'few')
  const named = [0, 1, 2, 3, 4].map((i) => [`${i}.png`, ships(i)] as const)
  await writeImages(
    images,
    Object.fromEntries(named.map(([name, own], i) => [name, { ...size, ships: own, shade: 10 * i }])),
  )
  const rows = named.flatMap(([name, own]) => own.map((ship) => `${name},${formatRle(maskOf(ship, size))}`))
  const csv = join(folder, 'truth.csv')
  writeFileSync(csv, `ImageId,EncodedPixels\n${rows.join('\n')}\n`)
  return { images, csv }
}

/** What is read once it is read twice: the camera may be on its way, or the picture not painted yet. */
export async function settled<T extends string | number | number[]>(read: () => Promise<T>): Promise<T> {
  let last = await read()
  await expect(async () => {
    const before = last
    last = await read()
    expect(String(last)).toBe(String(before))
  }).toPass()
  return last
}
