import { labelFormat } from '../contract/label-formats.ts'
import { someLooksLike, stemOf, textOf, withEnding } from './files.ts'
import { DEFAULT_CATEGORY, HOLDS, labelledImage, leaveOut, SIZE_UNKNOWN } from './format.ts'
import type { BrokenRow, ImageToWrite, LabelFormat, LabelledImage, LabelSink, LabelSource } from './format.ts'
import { ringsMask, smallestRectangle } from './shapes.ts'
import { difficultyOf, notesOfDifficulty } from './values.ts'

/**
 * DOTA: a text file an image, of its name. In its head `imagesource:` and `gsd:` (ground resolution in metres), then a line
 * for each rotated box: x1 y1 x2 y2 x3 y3 x4 y4 category difficult.
 */
export const dota: LabelFormat = {
  ...labelFormat('dota'),
  canHold: {
    ...HOLDS.turnedBoxes,
    scores: false,
    categories: true,
    notes: 'difficult',
  },
  recognise: (source) =>
    someLooksLike(source, withEnding(source, 'txt'), (head) =>
      head
        .split('\n')
        .slice(0, 5)
        .some((line) => /^gsd:/i.test(line.trim()) || BOX.test(line.trim())),
    ),
  read: readDota,
  write: writeDota,
}

const NUMBER = String.raw`-?\d*\.?\d+(?:e[+-]?\d+)?`
const BOX = new RegExp(`^(?:${NUMBER}\\s+){8}[^\\s\\d.+-]\\S*(?:\\s+[012])?$`, 'i')

/** What the image of a label file may be called: DOTA's folders are `images` and `labelTxt`. */
function imageNames(path: string): string[] {
  const stem = stemOf(path)
  const parts = stem.split('/').filter((part, i, all) => i === all.length - 1 || !/^labeltxt/i.test(part))
  return [...new Set([parts.join('/'), stem])]
}

async function* readDota(
  source: LabelSource,
  report: (broken: BrokenRow) => void,
): AsyncGenerator<LabelledImage> {
  for (const path of withEnding(source, 'txt')) {
    const names = imageNames(path)
    const image = labelledImage(names, await source.size(names))
    for (const [i, text] of (await textOf(source, path)).split('\n').entries()) {
      const row = text.trim()
      if (row === '' || /^imagesource:/i.test(row)) continue
      const gsd = /^gsd:\s*(.*)$/i.exec(row)
      if (gsd) {
        const metres = Number(gsd[1])
        if (metres > 0 && Number.isFinite(metres)) image.metresPerPixel = metres
        continue
      }
      const line = i + 1
      const broken = (reason: string): void =>
        leaveOut(image, report, { line, place: `${path}, line ${line}`, reason })
      const fields = row.split(/\s+/)
      const corners = fields.slice(0, 8).map(Number)
      const category = fields[8]
      if (category === undefined || corners.some((value) => !Number.isFinite(value))) {
        broken('is no eight numbers and a category')
        continue
      }
      if (image.size === null) {
        broken(SIZE_UNKNOWN)
        continue
      }
      const rle = ringsMask([corners], image.size)
      if (typeof rle === 'string') broken(rle)
      else image.instances.push({ rle, line, category, score: null, ...notesOfDifficulty(fields[9]) })
    }
    yield image
  }
}

async function writeDota(images: AsyncIterable<ImageToWrite>, sink: LabelSink): Promise<void> {
  for await (const { name, size, instances, ground } of images) {
    const { pixelMetres } = await ground()
    const rows = instances.map(({ rle, category, attributes }) => {
      const corners = smallestRectangle(rle, size.height).map((value) => String(Number(value.toFixed(6))))
      // a category is one word here
      return `${corners.join(' ')} ${(category ?? DEFAULT_CATEGORY).trim().replaceAll(/\s+/g, '-')} ${difficultyOf({ attributes }) ?? 0}\n`
    })
    await sink.append(
      `${stemOf(name)}.txt`,
      `imagesource:Drydock\ngsd:${pixelMetres ? Math.sqrt(pixelMetres.x * pixelMetres.y) : 'null'}\n${rows.join('')}`,
    )
  }
}
