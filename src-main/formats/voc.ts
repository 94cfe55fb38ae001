import { XMLParser } from 'fast-xml-parser'
import { labelFormat } from '../contract/label-formats.ts'
import { folderOf, someLooksLike, stemOf, textOf, withEnding } from './files.ts'
import { DEFAULT_CATEGORY, HOLDS, labelledImage, leaveOut, SIZE_UNKNOWN } from './format.ts'
import type { BrokenRow, ImageToWrite, LabelFormat, LabelledImage, LabelSink, LabelSource } from './format.ts'
import { boxRing, edgesOf, ringsMask, sizeFrom } from './shapes.ts'
import { difficultyOf, fieldsOf, notesOfDifficulty, textIn } from './values.ts'
import type { Fields } from './values.ts'

/** Pascal VOC: an XML file an image, with a box for each object. Pixels count from 1, and the last one belongs to the box. */
export const voc: LabelFormat = {
  ...labelFormat('voc'),
  canHold: {
    ...HOLDS.boxes,
    scores: false,
    categories: true,
    notes: 'difficult',
  },
  recognise: (source) =>
    someLooksLike(source, withEnding(source, 'xml'), (head) => /<annotation[\s>]/.test(head)),
  read: readVoc,
  write: writeVoc,
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  processEntities: true,
  htmlEntities: false,
  isArray: (name) => name === 'object',
})

async function* readVoc(
  source: LabelSource,
  report: (broken: BrokenRow) => void,
): AsyncGenerator<LabelledImage> {
  for (const path of withEnding(source, 'xml')) {
    const data = annotationOf(await textOf(source, path))
    if (data === null) {
      report({ line: null, place: path, image: null, reason: 'is no Pascal VOC file' })
      continue
    }
    const file = textIn(data['filename'])
    const names = file === null ? [stemOf(path)] : [folderOf(path) + file, file]
    const stated = fieldsOf(data['size'])
    const size = sizeFrom(stated?.['width'], stated?.['height']) ?? (await source.size(names))
    const image = labelledImage(names, size)
    const objects: readonly unknown[] = Array.isArray(data['object']) ? data['object'] : []
    for (const [i, object] of objects.entries()) {
      const line = i + 1
      const fields = fieldsOf(object) ?? {}
      const box = fieldsOf(fields['bndbox']) ?? {}
      const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((side) =>
        Number(textIn(box[side]) ?? NaN),
      ) as [number, number, number, number]
      const rle =
        size === null
          ? SIZE_UNKNOWN
          : [left, top, right, bottom].every(Number.isFinite)
            ? ringsMask([boxRing(left - 1, top - 1, right, bottom)], size)
            : 'has no box'
      if (typeof rle === 'string')
        leaveOut(image, report, { line, place: `${path}, object ${line}`, reason: rle })
      else {
        const notes = notesOfDifficulty(textIn(fields['difficult'])?.trim())
        image.instances.push({ rle, line, category: textIn(fields['name']), score: null, ...notes })
      }
    }
    yield image
  }
}

function annotationOf(text: string): Fields | null {
  // entities that a file defines can blow up; one that is cut off would have lost objects without a word
  if (/<!(DOCTYPE|ENTITY)/i.test(text) || !/<\/annotation>\s*$/.test(text)) return null
  try {
    const data = fieldsOf(parser.parse(text))
    if (!data || !('annotation' in data)) return null
    return fieldsOf(data['annotation']) ?? {}
  } catch {
    return null
  }
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

async function writeVoc(images: AsyncIterable<ImageToWrite>, sink: LabelSink): Promise<void> {
  for await (const { name, size, instances } of images) {
    const objects = instances.map(({ rle, category, attributes }) => {
      const [left, top, right, bottom] = edgesOf(rle, size.height) ?? [0, 0, 0, 0]
      return (
        `  <object>\n    <name>${escaped(category ?? DEFAULT_CATEGORY)}</name>\n    <difficult>${Math.min(1, difficultyOf({ attributes }) ?? 0)}</difficult>\n` +
        `    <bndbox><xmin>${left + 1}</xmin><ymin>${top + 1}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax></bndbox>\n  </object>\n`
      )
    })
    const file = name.slice(name.lastIndexOf('/') + 1)
    const head =
      `<annotation>\n  <filename>${escaped(file)}</filename>\n` +
      `  <size><width>${size.width}</width><height>${size.height}</height><depth>3</depth></size>\n`
    await sink.append(`${stemOf(name)}.xml`, `${head}${objects.join('')}</annotation>\n`)
  }
}
