import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root } from '../locations.ts'
import { drydock as run } from '../testing/command.ts'
import type { Outcome } from '../testing/command.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-cli-convert-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
cpSync(join(root, 'src-main', 'testing', 'labels'), folder, { recursive: true })

const convert = (...args: string[]): Outcome => run(folder, 'convert', ...args)
const rows = (file: string): string[] => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').sort()

describe('drydock convert', () => {
  it('writes labels in another format, and says what that cannot hold', () => {
    const args = ['--from', 'coco-rle.json', '--to', 'yolo-segment', '--out', 'yolo']
    const { status, stdout, stderr } = convert(...args)
    expect([status, stdout]).toEqual([0, 'Wrote 5 instances of 3 images to yolo (from COCO, run lengths).\n'])
    expect(stderr).toContain('This format cannot hold holes of 1 instance.')
    expect(readdirSync(join(folder, 'yolo'))).toContain('data.yaml')

    const back = convert('--from', 'yolo', '--images', 'images', '--to', 'airbus', '--out', 'back', '--json')
    expect(back.status).toBe(0)
    expect(JSON.parse(back.stdout)).toEqual({
      ...{ from: 'yolo-segment', to: 'airbus', out: 'back.csv', images: 3, instances: 5, crowds: 0 },
      ...{ lost: ['categories'], left_out: [], left_out_count: 0 },
    })
    expect(rows('back.csv')).toEqual(rows('truth-without-holes.csv'))
  })

  it('names what it leaves out, and has failed in part', () => {
    writeFileSync(join(folder, 'broken.csv'), 'ImageId,EncodedPixels\na.png,1 10\na.png,1 x\n')
    const { status, stdout, stderr } = convert(
      ...['--from', 'broken.csv', '--images', 'images', '--to', 'coco-rle', '--out', 'broken.json', '--json'],
    )
    expect(status).toBe(1)
    const reason = 'has "x" where a whole number should be'
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ images: 1, instances: 1, left_out_count: 1 },
      left_out: [{ line: 3, image: 'a.png', reason }],
    })
    expect(stderr).toContain(reason)
  })

  it('writes nothing where sizes are not known, and says how to give them', () => {
    const { status, stderr } = convert('--from', 'truth.csv', '--to', 'voc', '--out', 'voc-of-unknown')
    expect(status).toBe(1)
    expect(stderr).toContain('Name the folder of images with --images.')
    expect(readdirSync(folder)).not.toContain('voc-of-unknown')
  })
})
