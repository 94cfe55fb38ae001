import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeLargeFolder, makeLargeProject } from '../src-main/testing/large-project.ts'
import build from './build.ts'
import { start, type Drydock } from './harness.ts'

/**
 * `npm run bench -- large`: the real application on a project of 200,000 images (SCALE_IMAGES: another number), from its start to a list
 * that can be used, and what its window takes of memory while a person scrolls. `scale` measures the backend alone.
 */

const COUNT = Number(process.env['SCALE_IMAGES'] ?? 200_000)

/** Places in the list that are scrolled to. */
const PLACES = 40

/** Most memory of a window so far, in MB. */
async function windowMemory({ app }: Drydock): Promise<number> {
  return app.evaluate(({ app: electron }) => {
    const tabs = electron.getAppMetrics().filter(({ type }) => type === 'Tab')
    return Math.max(...tabs.map(({ memory }) => memory.peakWorkingSetSize)) / 1000
  })
}

/** Waits for rows of the list in view; at `place` of 0 to 1 of its height. */
async function scrollTo({ page }: Drydock, place: number): Promise<void> {
  const queue = page.getByTestId('queue')
  await queue.evaluate((list, at) => (list.scrollTop = at * list.scrollHeight), place)
  // asked once a frame: a locator would look every half second
  await page.waitForFunction(() => document.querySelector('[data-testid="queue"] [data-path]') !== null)
}

function row(what: string, measured: number, must: number, unit: string): string {
  if (!(measured <= must)) process.exitCode = 1
  const met = measured <= must ? 'yes' : 'NO'
  return `| ${what} | ${measured.toFixed(unit === 's' ? 1 : 0)} ${unit} | ${must} ${unit} | ${met} |`
}

build()
const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))
try {
  const images = join(folder, 'harbour')
  await makeLargeFolder(images, COUNT)
  await makeLargeProject(images, COUNT, 60)
  const from = performance.now()
  const drydock = await start({ userData: join(folder, 'user-data'), args: ['--open', `${images}.drydock`] })
  await scrollTo(drydock, 0)
  const seconds = (performance.now() - from) / 1000
  for (let i = 1; i <= PLACES; i++) await scrollTo(drydock, ((i * 7) % PLACES) / PLACES)
  await drydock.page.getByTestId('filter').fill(String(COUNT - 1))
  await scrollTo(drydock, 0)
  const memory = await windowMemory(drydock)
  await drydock.app.close()
  console.log(`| ${COUNT} images, project there already | measured | must | met |\n|---|---|---|---|`)
  console.log(row('launch to a usable list', seconds, 3, 's'))
  console.log(row('memory of the window, at most', memory, 350, 'MB'))
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
