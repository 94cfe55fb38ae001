import {
  copyFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writeImage } from '../../testing/images.ts'
import { TWO_IMAGES, idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { writeTiff } from '../../testing/tiff.ts'
import { storedImage } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import { fileKnown, madeOf } from './made-of.ts'
import { pictureFile, pixelAddress, tilesOfImage } from './pixels.ts'
import { contentOf } from './rows.ts'
import { rescan } from './scan.ts'

const A = TWO_IMAGES['a.png']!

let bench: Bench & { project: Project }
let project: Project
let file = ''
let before = ''
let after = ''
beforeEach(async () => {
  bench = await openBench()
  project = bench.project
  file = join(bench.images, 'a.png')
  before = join(bench.folder, 'before.png')
  after = join(bench.folder, 'after.png')
  copyFileSync(file, before)
  await writeImage(after, { ...A, shade: 77 })
})
afterEach(() => bench.end())

/** The path of a URL of this image as it is known now. */
function address(rest: string): string {
  const image = storedImage(project, idOf(project, 'a.png'))
  return `image/${image.id}/r${contentOf(image)}/${rest}`
}

async function pixels(path: string): Promise<Buffer> {
  const found = await pictureFile(project, pixelAddress(project, path))
  return sharp(readFileSync(found!.file)).removeAlpha().raw().toBuffer()
}

/** Puts another file in the place of the image, with a time of its own. */
function replaceBy(other: string): void {
  copyFileSync(other, file)
  utimesSync(file, new Date(), new Date(Date.now() + 5000))
}

const nothing = { code: 'not_found' }

test.each(['thumb', 'tile/0/0/0'])(
  'an address never gets the pixels of a file that came later: %s',
  async (rest) => {
    const { mtime } = storedImage(project, idOf(project, 'a.png'))
    const path = address(rest)
    replaceBy(after)
    await expect(pixels(path)).rejects.toMatchObject(nothing)
    copyFileSync(before, file)
    // a Date would cut off parts of a millisecond
    utimesSync(file, new Date(), mtime / 1000)
    const old = await pixels(path)
    replaceBy(after)
    // once made it stays
    expect((await pixels(path)).equals(old)).toBe(true)
    await project.jobs.finished(await rescan(project))
    await expect(pixels(path)).rejects.toMatchObject(nothing)
    expect((await pixels(address(rest))).equals(old)).toBe(false)
  },
)

test('a file that is replaced while its tile is made leaves nothing behind', async () => {
  const source = { file, known: fileKnown(storedImage(project, idOf(project, 'a.png'))) }
  const to = { making: join(bench.folder, 'making'), into: join(bench.folder, 'made') }
  const make = async (folder: string): Promise<void> => writeFileSync(join(folder, 'tile.png'), 'pixels')
  await madeOf(source, to, make)
  expect(readdirSync(to.into)).toEqual(['tile.png'])
  const late = madeOf(source, { ...to, into: join(bench.folder, 'late') }, async (folder) => {
    await make(folder)
    replaceBy(after)
  })
  await expect(late).rejects.toMatchObject(nothing)
  expect(existsSync(join(bench.folder, 'late'))).toBe(false)
  expect(readdirSync(to.making)).toEqual([])
})

test('two that ask for one tile at once get one', async () => {
  const path = address('tile/0/0/0')
  const [one, two] = await Promise.all([pixels(path), pixels(path)])
  expect(one.equals(two)).toBe(true)
})

test('the first picture of a large image of 16 bits comes with the look at its samples, and is the one that is made alone', async () => {
  const large = join(bench.folder, 'large.tif')
  const sample = (x: number, y: number): number => 1000 + ((x * 7 + y * 31) % 900)
  writeFileSync(large, writeTiff([{ width: 4200, height: 8, bands: 1, bits: 16, format: 1, sample }]))
  replaceBy(large)
  const id = idOf(project, 'a.png')
  const [first] = await tilesOfImage(project, id)
  const path = first!.url.slice(first!.url.indexOf('image/'))
  const { workers } = project.shared
  const run = vi.spyOn(workers, 'run')
  const shown = await pixels(path)
  expect(run).not.toHaveBeenCalled()
  const found = (await pictureFile(project, pixelAddress(project, path)))!.file
  rmSync(found)
  expect((await pixels(path)).equals(shown)).toBe(true)
  expect(run).toHaveBeenCalledTimes(1)
})
