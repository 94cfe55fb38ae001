import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root } from '../locations.ts'
import { drydock as run } from '../testing/command.ts'
import type { Outcome } from '../testing/command.ts'
import { writeImages } from '../testing/images.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-score-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Writes a CSV with the usual header. @returns its path */
function csv(name: string, ...rows: string[]): string {
  const file = join(folder, name)
  writeFileSync(file, ['ImageId,EncodedPixels', ...rows, ''].join('\n'))
  return file
}

const drydock = (...args: string[]): Outcome => run(folder, ...args)

const truth = csv('truth.csv', 'a.jpg,1 20', 'a.jpg,101 20', 'b.jpg,', 'c.jpg,1 20')

describe('drydock score', () => {
  it('prints the whole result for machines', () => {
    // a: IoU 13/20 and none; b: a false alarm; c: left out, so predicted empty
    const pred = csv('pred.csv', 'a.jpg,1 13', 'b.jpg,5 1')
    const { status, stdout, stderr } = drydock('score', '--truth', truth, '--pred', pred, '--json')
    expect([status, stderr]).toEqual([0, ''])
    const miss = { tp: 0, fp: 1, fn: 0, f2: 0 }
    const ious = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
    const hit = (iou: number) =>
      iou < 0.65 ? { tp: 1, fp: 0, fn: 1, f2: 5 / 9 } : { tp: 0, fp: 1, fn: 2, f2: 0 }
    const a = ious.map((iou) => ({ iou, ...hit(iou) }))
    const f2OfA = (3 * (5 / 9)) / 10
    const result: unknown = JSON.parse(stdout)
    expect(result).toEqual({
      // summed in units of 2^-40, so that it does not depend on the order of images
      f2: expect.closeTo(f2OfA / 3, 11) as number,
      pooled_f2: expect.closeTo((3 * (5 / (5 + 4 * 2 + 1))) / 10, 14) as number,
      thresholds: ious.map((iou) => ({
        iou,
        tp: hit(iou).tp,
        fp: hit(iou).fp + 1,
        fn: hit(iou).fn + 1,
        f2: expect.closeTo(hit(iou).f2 / 3, 11) as number,
      })),
      images: [
        { image: 'a.jpg', f2: expect.closeTo(f2OfA, 14) as number, thresholds: a },
        { image: 'b.jpg', f2: 0, thresholds: ious.map((iou) => ({ iou, ...miss })) },
        { image: 'c.jpg', f2: 0, thresholds: ious.map((iou) => ({ iou, tp: 0, fp: 0, fn: 1, f2: 0 })) },
      ],
    })
  })

  it('prints a table for people', () => {
    const pred = csv('table.csv', 'a.jpg,1 20', 'a.jpg,101 20', 'c.jpg,5 20')
    const { status, stdout } = drydock('score', '--truth', truth, '--pred', pred)
    expect(status).toBe(0)
    expect(stdout).toContain('F2 0.800 over 3 images, 0.700 over those with ships')
    expect(stdout).toMatch(/0\.50 +3 +0 +0 +1\.000/)
    expect(stdout).toMatch(/0\.70 +2 +1 +1 +0\.667/)
    expect(stdout).toMatch(/c\.jpg +0\.400 +1 +0 +0/)
  })

  it('scores overlapping masks, and says so beside the answer', () => {
    const pred = csv('overlap.csv', 'c.jpg,1 20', 'c.jpg,1 20')
    const { status, stdout, stderr } = drydock('score', '--truth', truth, '--pred', pred, '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      images: [{}, {}, { f2: expect.closeTo(5 / 6, 14) as number }],
    })
    expect(stderr).toContain('Masks overlap in 1 image (c.jpg)')
  })
})

describe('drydock score --report', () => {
  // 20 x 20: two ships of 20 px side by side (columns 1 and 6), one found; an empty image, clean
  const pred = csv('report.csv', 'a.jpg,1 20', 'c.jpg,')

  it('adds intervals and recall to the answer, which is else the same', () => {
    const plain = drydock('score', '--truth', truth, '--pred', pred, '--json')
    const { status, stdout } = drydock(
      ...['score', '--truth', truth, '--pred', pred, '--json', '--report', '--size', '20x20'],
    )
    expect(status).toBe(0)
    const { report, ...rest } = JSON.parse(stdout) as { report: unknown }
    expect(rest).toEqual(JSON.parse(plain.stdout))
    const f2 = (5 / 9 + 1 + 0) / 3
    expect(report).toMatchObject({
      images: 3,
      f2: { value: expect.closeTo(f2, 12) as number },
      f2_with_ships: { value: expect.closeTo(5 / 18, 12) as number },
      empty_images: 1,
      empty_clean: 1,
      recall: {
        all: { ships: 3, found: 1 },
        by_area: [
          { from: 0, to: 100, ships: 3, found: 1 },
          { from: 100, to: 400, ships: 0, found: 0 },
          { from: 400, to: 1500, ships: 0, found: 0 },
          { from: 1500, to: null, ships: 0, found: 0 },
        ],
        touching: { ships: 0, found: 0 },
        lone: { ships: 3, found: 1 },
      },
    })
  })

  it('adds a table for people', () => {
    const { stdout } = drydock('score', '--truth', truth, '--pred', pred, '--report', '--size', '20x20')
    expect(stdout).toMatch(/all images +0\.519 +\d\.\d{3} to 1\.000/)
    expect(stdout).toContain('Empty images kept clean: 1 of 1 (100.0 %)')
    expect(stdout).toMatch(/under 100 px +1 +3 +0\.333/)
    expect(stdout).toMatch(/1500 px +0 +0 +-/)
  })

  it('needs the size of the images', () => {
    const { status, stderr } = drydock('score', '--truth', truth, '--pred', pred, '--report')
    expect(status).toBe(2)
    expect(stderr).toContain('say --size, like 768x768')
  })
})

describe('drydock score --against', () => {
  const pred = csv('better.csv', 'a.jpg,1 20', 'c.jpg,')
  const other = csv('worse.csv', 'c.jpg,')

  it('says by how much predictions are above others of the same images', () => {
    const command = ['score', '--truth', truth, '--pred', pred, '--against', other]
    const { difference } = JSON.parse(drydock(...command, '--json').stdout) as { difference: unknown }
    // one of three images gains 5/9, and so one of two with ships
    expect(difference).toMatchObject({
      f2: { value: expect.closeTo(5 / 27, 12) as number, low: 0 },
      f2_with_ships: { value: expect.closeTo(5 / 18, 12) as number, low: 0 },
    })
    expect(drydock(...command).stdout).toMatch(
      /Above the other predictions by F2 \+0\.185 \(\+0\.000 to \+0\.\d{3}\), over images with ships \+0\.278/,
    )
    const turned = drydock('score', '--truth', truth, '--pred', other, '--against', pred)
    expect(turned.stdout).toContain('by F2 -0.185 (-0.')
  })
})

describe('drydock score refuses', () => {
  const good = csv('good.csv', 'a.jpg,')

  it.each([
    [
      'a broken row',
      [csv('broken.csv', 'a.jpg,1 20', 'b.jpg,1 2 3')],
      'broken.csv has a broken row: line 3 (b.jpg) has 3 numbers, which are no start and length pairs.',
      'file_broken',
    ],
    [
      'images that the truth does not have',
      [csv('extra.csv', 'x.jpg,', 'a.jpg,', 'y.jpg,1 2')],
      'extra.csv has images that truth.csv does not: x.jpg, y.jpg.',
      'bad_input',
    ],
    [
      'a mask outside the image',
      [csv('outside.csv', 'a.jpg,195 10'), '--size', '20x10'],
      'outside.csv has a broken row: line 2 (a.jpg) reaches pixel 204, but an image of 20 x 10 has 200.',
      'file_broken',
    ],
    ['a missing file', [join(folder, 'none.csv')], 'There is no file', 'not_found'],
    ['a folder', [folder], 'is a folder, not a file', 'file_broken'],
    [
      'another kind of file',
      [join(root, 'package.json')],
      'package.json: This is no Airbus CSV in UTF-8: its first line reads "{"',
      'file_broken',
    ],
  ])('%s', (_, args, sentence, code) => {
    const { status, stdout, stderr } = drydock('score', '--truth', truth, '--json', '--pred', ...args)
    expect(status).toBe(1)
    expect(stderr).toContain(sentence)
    const answer: unknown = JSON.parse(stdout)
    expect(answer).toEqual({ error: { code, message: expect.stringContaining(sentence) as string } })
  })

  it('a truth without images', () => {
    const { status, stderr } = drydock('score', '--truth', csv('nothing.csv'), '--pred', csv('nothing2.csv'))
    expect([status, stderr]).toEqual([1, 'nothing.csv lists no image, so there is nothing to score.\n'])
  })

  it.each([
    ['no command', [], 'Usage: drydock'],
    ['an unknown command', ['sail'], "unknown command 'sail'"],
    ['a missing option', ['score', '--truth', truth], "required option '--pred <csv>' not specified"],
    [
      'a size that is none',
      ['score', '--truth', truth, '--pred', good, '--size', '768'],
      'Write width x height in pixels, like 768x768.',
    ],
    ['an unknown option', ['score', '--truth', truth, '--pred', good, '--fast'], "unknown option '--fast'"],
  ])('wrong usage with exit code 2: %s', (_, args, sentence) => {
    const { status, stderr } = drydock(...args)
    expect(status).toBe(2)
    expect(stderr).toContain(sentence)
  })

  it('wrong usage as JSON where machines read', () => {
    const { status, stdout } = drydock('score', '--json')
    expect(status).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'bad_input' } })
  })
})

describe('drydock lint', () => {
  it('finds nothing wrong with a good file', () => {
    const { status, stdout } = drydock('lint', '--csv', truth, '--size', '20x20')
    expect([status, stdout]).toEqual([0, '3 instances in 3 images: no problem.\n'])
  })

  it('names every problem with its line', async () => {
    await writeImages(join(folder, 'photos'), {
      'a.png': { width: 20, height: 20, ships: [] },
      'left.png': { width: 20, height: 20, ships: [] },
    })
    const bad = csv('bad.csv', 'a.png,1 5', 'a.png,5 5', 'a.png,1 5', 'a.png,399 5', 'b.png,1 x', 'c.png,')
    const { status, stdout } = drydock(
      'lint',
      '--csv',
      bad,
      '--size',
      '20x20',
      '--images',
      'photos',
      '--json',
    )
    expect(status).toBe(1)
    const onLine = (line: number, image: string, problem: string) => ({
      ...{ line, place: `line ${line}`, image, problem },
    })
    const nowhere = { line: null, place: null }
    expect(JSON.parse(stdout)).toEqual({
      format: 'airbus',
      rows: 6,
      images: 2,
      // neither the one that cannot be read nor the one outside
      instances: 3,
      problems: [
        onLine(3, 'a.png', 'shares 1 pixel with line 2'),
        onLine(4, 'a.png', 'is the same mask as line 2'),
        onLine(4, 'a.png', 'shares 1 pixel with line 3'),
        onLine(5, 'a.png', 'reaches pixel 403, but an image of 20 x 20 has 400'),
        onLine(6, 'b.png', 'has "x" where a whole number should be'),
        { ...nowhere, image: 'c.png', problem: 'is no image in photos' },
        { ...nowhere, image: 'left.png', problem: 'has no row' },
      ],
    })
  })
})
