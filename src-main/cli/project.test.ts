import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drydock as run } from '../testing/command.ts'
import type { Outcome } from '../testing/command.ts'
import { writeImages } from '../testing/images.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const drydock = (...args: string[]): Outcome => run(folder, ...args)

function csv(name: string, ...rows: string[]): string {
  const file = join(folder, name)
  writeFileSync(file, ['ImageId,EncodedPixels', ...rows, ''].join('\n'))
  return file
}

beforeAll(async () => {
  const size = { width: 20, height: 20, ships: [] }
  await writeImages(join(folder, 'harbour'), { 'a.png': size, 'sub/b.png': { ...size, shade: 30 } })
  mkdirSync(join(folder, 'finished'))
  writeFileSync(join(folder, 'finished', 'model.json'), '{}')
})

describe('a project from the command line', () => {
  const truth = ['--project', 'harbour', '--csv']

  it('has nothing to score at first', () => {
    const { status, stderr } = drydock('score', '--project', 'harbour')
    expect(status).toBe(1)
    expect(stderr).toContain('No finished image is predicted yet, so there is nothing to score.')
  })

  it('takes the split from a file, says what it could not, and shows it', () => {
    writeFileSync(
      join(folder, 'split.csv'),
      'ImageId,split\na.png,val\nsub/b.png,train\nelse.png,test\nb.png,else\n',
    )
    const { status, stdout, stderr } = drydock(
      'split',
      '--project',
      'harbour',
      '--csv',
      'split.csv',
      '--json',
    )
    expect([status, stderr.includes('Not in the project: else.png')]).toEqual([0, true])
    expect(JSON.parse(stdout)).toMatchObject({ frozen: false, taken: { images: 2, unknown: ['else.png'] } })
    const shown = drydock('split', '--project', 'harbour')
    expect(shown.status).toBe(0)
    expect(shown.stdout).toMatch(
      /^Train 0, validation 0, hold-out 0, in \d groups? of similar images; provisional/,
    )
  })

  it('says what an import would do, and does nothing, in a dry run', () => {
    const file = csv('truth.csv', 'a.png,1 10', 'b.png,', 'else.png,1 2', 'a.png,0 3')
    const { status, stdout, stderr } = drydock('import', ...truth, file, '--dry-run', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 4,
      matched: 2,
      empty: 1,
      not_found: 1,
      broken: 1,
      with_truth: 0,
    })
    expect(stderr).toContain(
      'Line 5 has a run that starts at 0, but starts count from 1. This row is left out.',
    )
    expect(stderr).toContain('Not in this project: else.png.')
  })

  it('takes the good rows of a label file in, by path or by name', () => {
    const { status, stdout } = drydock('import', ...truth, 'truth.csv')
    expect(status).toBe(0)
    expect(stdout).toBe('Imported 1 instance on 2 images.\n')
  })

  it('does not touch truth that is there without being told how', () => {
    const { status, stdout } = drydock('import', ...truth, 'truth.csv', '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'conflict' } })
    const replaced = drydock(
      'import',
      ...truth,
      csv('two.csv', 'a.png,1 10', 'a.png,41 10'),
      '--existing',
      'replace',
    )
    // the one that is there to the pixel stays, and is not counted as new
    expect(replaced.stdout).toBe('Imported 1 instance on 1 image. 1 was there already.\n')
    expect(replaced.stderr).toContain('1 is there already and is not doubled.')
  })

  it('refuses a label file of other images', () => {
    const { status, stderr } = drydock('import', ...truth, csv('other.csv', 'x.png,1 2'))
    expect(status).toBe(1)
    expect(stderr).toContain('No image of other.csv is in this project, so nothing was imported.')
  })

  it("scores a colleague's labels like a model's", () => {
    const predictions = csv('colleague.csv', 'a.png,1 10', 'b.png,5 5')
    const imported = drydock('import', ...truth, predictions, '--what', 'predictions', '--run', 'Kim')
    expect(imported.status).toBe(0)
    const { status, stdout } = drydock('score', '--project', 'harbour', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      f2: expect.closeTo(5 / 9 / 2, 12) as number,
      pooled_f2: 0.5,
      images: [
        { image: 'a.png', f2: expect.closeTo(5 / 9, 12) as number },
        { image: 'sub/b.png', f2: 0 },
      ],
    })
  })

  it('writes truth and runs as label files', () => {
    expect(drydock('export', ...truth, 'out.csv').status).toBe(0)
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe(
      'ImageId,EncodedPixels\na.png,1 10\na.png,41 10\nsub/b.png,\n',
    )
    expect(drydock('export', ...truth, 'kim.csv', '--what', 'predictions', '--run', 'Kim').status).toBe(0)
    expect(readFileSync(join(folder, 'kim.csv'), 'utf8')).toBe(
      'ImageId,EncodedPixels\na.png,1 10\nsub/b.png,5 5\n',
    )
    const unknown = drydock('export', ...truth, 'no.csv', '--what', 'predictions', '--run', 'Lee')
    expect([unknown.status, unknown.stderr]).toEqual([1, 'This project has no run Lee. It has 1 (Kim).\n'])
  })
})

describe('flips in a project', () => {
  it('make a run of their own, and stay chosen until they are taken back', async () => {
    const size = { width: 20, height: 20, ships: [] }
    await writeImages(join(folder, 'quay'), { 'a.png': size })
    const predict = (...more: string[]): unknown => {
      const { status, stdout } = drydock('predict', '--project', 'quay', '--json', ...more)
      return { status, ...(JSON.parse(stdout) as object) }
    }
    expect(predict('--flips')).toMatchObject({ status: 0, predicted: 1, run: 1, flips: true })
    expect(predict()).toMatchObject({ status: 0, run: 1, flips: true })
    expect(predict('--no-flips')).toMatchObject({ status: 0, run: 2, flips: false })
    expect(predict()).toMatchObject({ status: 0, run: 2, flips: false })
  })
})

describe('wrong usage has exit code 2', () => {
  it.each([
    [['predict', '--out', 'p.csv'], 'name --images or --project'],
    [['predict', '--images', 'harbour'], "'--out <csv>' is needed with --images"],
    [['predict', '--images', 'harbour', '--project', 'harbour'], 'cannot be used with option'],
    [['train', '--images', 'harbour', '--out', 'm'], 'name --images, --truth and --out, or --project'],
    [['train', '--project', 'harbour', '--epochs', '1', '--minutes', '2'], 'cannot be used with option'],
    [['predict', '--project', 'harbour', '--rectangles'], 'cannot be used with option'],
    [['predict', '--project', 'harbour', '--no-necks'], 'cannot be used with option'],
    [['train', '--project', 'harbour', '--size', 'small'], 'add --from none'],
    [['train', '--project', 'harbour', '--size', 'huge'], 'Allowed choices are base, small'],
    [['train', '--project', 'harbour', '--embedding-weight', '-1'], 'Write a number from 0 to 100.'],
    [
      ['train', '--images', 'harbour', '--truth', 't.csv', '--out', 'm', '--resume'],
      'with --resume say how long again',
    ],
    [['train', '--project', 'harbour', '--epochs', '0'], 'Write a whole number from 1 to 10000.'],
    [['verify', '--backend', 'gpu'], 'Allowed choices are tensorflow, wasm, cpu.'],
    [['import', '--project', 'harbour'], "required option '--labels <file>' not specified"],
    [
      ['export', '--project', 'harbour', '--csv', 'x.csv', '--what', 'all'],
      'Allowed choices are truth, predictions.',
    ],
  ])('%j', (args, sentence) => {
    const { status, stderr } = drydock(...args)
    expect([status, stderr]).toEqual([2, expect.stringContaining(sentence)])
  })
})

describe('bad input has exit code 1 and a sentence', () => {
  it.each([
    [
      ['predict', '--images', 'harbour', '--out', 'p.csv', '--model', 'none'],
      'none is no model: a model is a folder',
    ],
    [
      ['predict', '--images', 'harbour', '--out', 'p.csv', '--model', 'f'.repeat(64)],
      /No model version has this id|has no base model/,
    ],
    [['predict', '--images', 'harbour', '--out', 'harbour'], 'harbour is a folder. Name a file in it'],
    [['predict', '--project', 'harbour', '--out', 'harbour'], 'harbour is a folder. Name a file in it'],
    [
      [
        ...['train', '--images', 'harbour', '--truth', 't.csv', '--out', 'finished'],
        ...['--steps', '1', '--resume'],
      ],
      'finished holds a model whose training has come to its end',
    ],
    [['score', '--project', 'nowhere'], 'There is no folder nowhere.'],
    [['verify', '--cases', 'none.json'], 'There is no file none.json that can be read.'],
  ])('%j', (args, sentence) => {
    const { status, stderr } = drydock(...args)
    expect([status, stderr]).toEqual([1, expect.stringMatching(sentence)])
  })
})

describe('on this machine', () => {
  it('info says what is here, as JSON too', () => {
    const { status, stdout } = drydock('info', '--json')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      versions: { drydock: expect.any(String) as string, node: process.versions.node },
      backend: { name: expect.stringMatching(/^(tensorflow|wasm|cpu)$/) as string },
      folders: { userData: join(folder, 'user') },
    })
  })

  it('verify finds all that ships within tolerance', () => {
    const { status, stdout } = drydock('verify', '--json')
    expect(status).toBe(0)
    const verified: unknown = JSON.parse(stdout)
    expect(verified).toMatchObject({ passed: true })
    expect((verified as { kinds: { kind: string; cases: number }[] }).kinds).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'metric exact', cases: 14 }),
        expect.objectContaining({ kind: 'loss segment', cases: 12 }),
        expect.objectContaining({ kind: 'layer', cases: 3 }),
      ]),
    )
  })

  it('verify has exit code 1 beyond tolerance, and names the case', () => {
    const wrong = { name: 'wrong', shape: [4, 4], truth: ['1 4'], pred: ['1 4'], legal: true, iou: [[1]] }
    const zeros = Array.from({ length: 10 }, () => 0)
    const counts = { tp: zeros, fp: zeros, fn: zeros, f2: zeros, mean_f2: 0, mean_f2_exact: '0/1', why: '' }
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ cases: [{ ...wrong, ...counts }] }))
    const { status, stdout } = drydock('verify', '--cases', 'wrong.json')
    expect(status).toBe(1)
    expect(stdout).toContain('metric exact, wrong: off by 1.0e+0')
  })
})
