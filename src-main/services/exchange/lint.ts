import { basename } from 'node:path'
import type { LabelFormatId } from '../../contract/label-formats.ts'
import { fitsIn } from '../../core/mask/rle.ts'
import type { Size } from '../../core/mask/rle.ts'
import { areDisjoint, overlapsBetween } from '../../core/metric/overlap.ts'
import { placeInFile } from '../../formats/format.ts'
import type { LabelledImage, LabelledInstance } from '../../formats/format.ts'
import { formatOf, recogniseFormat } from '../../formats/registry.ts'
import { imagesIn } from '../images/image-folder.ts'
import { folderImages } from './folder-images.ts'
import { NO_IMAGES, openSource } from './label-source.ts'

/** Something that a submission may not have, or that is likely a mistake. */
export interface LintProblem {
  /** 1-based line or record; null where it concerns no single one */
  line: number | null
  /** where it stands: 'line 4', 'sub/b.txt, line 2'; null where it concerns no single line */
  place: string | null
  image: string | null
  /** without a full stop */
  problem: string
}

export interface Linted {
  format: LabelFormatId
  rows: number
  images: number
  /** those that lie in their image, as far as its size is known */
  instances: number
  /** in the order of lines; what concerns no single line comes last */
  problems: LintProblem[]
}

/**
 * Checks labels of any format: what cannot be read, masks that overlap or are there twice, masks outside their image, and,
 * against a folder, names that are no image there and images without a row.
 * @param format default: what it looks like
 * @param size of all images; only checks that masks lie inside
 * @param folder of images, subfolders included
 * @throws DrydockError `not_found`, `file_broken`, `nothing_to_do` (no image in the folder)
 */
export async function lintLabels(
  file: string,
  { format, size, folder }: { format?: LabelFormatId; size?: Size; folder?: string } = {},
): Promise<Linted> {
  const images = folder === undefined ? null : await folderImages(folder)
  const source = await openSource(file, images ?? NO_IMAGES)
  const from = format ? formatOf(format) : await recogniseFormat(source)
  const result: Linted = { format: from.id, rows: 0, images: 0, instances: 0, problems: [] }
  const { problems } = result
  const named = new Set<string>()
  const report: Parameters<typeof from.read>[1] = (broken) => {
    result.rows++
    const { line, image, reason } = broken
    problems.push({ line, place: placeInFile(broken), image, problem: reason })
  }
  for await (const image of from.read(source, report)) {
    const name = image.names[0]!
    const { instances, unsized } = image
    result.images++
    result.rows += Math.max(1, instances.length + unsized)
    const bounds = size ?? image.size
    const beyond = bounds ? instances.filter(({ rle }) => !fitsIn(rle, bounds)) : []
    result.instances += instances.length + unsized - beyond.length
    if (bounds) problems.push(...beyond.map((instance) => outside(name, instance, bounds)))
    if (unsized > 0 && folder === undefined) {
      problems.push({ ...nowhere(name), problem: 'cannot be checked: the size of its image is not known' })
    }
    problems.push(...overlapping(name, instances))
    const match = images?.match(image.names) ?? null
    if (match && 'candidates' in match) {
      problems.push({ ...nowhere(name), problem: `may be ${match.candidates.join(' or ')}` })
    } else if (match) named.add(match.path)
    else if (folder !== undefined) problems.push(missing(image, folder))
  }
  problems.sort((a, b) => (a.line ?? Number.MAX_SAFE_INTEGER) - (b.line ?? Number.MAX_SAFE_INTEGER))
  if (folder !== undefined) {
    for (const path of await imagesIn(folder)) {
      if (!named.has(path)) problems.push({ ...nowhere(path), problem: 'has no row' })
    }
  }
  return result
}

function nowhere(image: string): Pick<LintProblem, 'line' | 'place' | 'image'> {
  return { line: null, place: null, image }
}

function at(line: number, image: string): Pick<LintProblem, 'line' | 'place' | 'image'> {
  return { line, place: `line ${line}`, image }
}

function missing({ names, instances }: LabelledImage, folder: string): LintProblem {
  const image = names[0]!
  const place = instances[0] ? at(instances[0].line, image) : nowhere(image)
  return { ...place, problem: `is no image in ${basename(folder)}` }
}

function outside(image: string, { line, rle }: LabelledInstance, { width, height }: Size): LintProblem {
  const last = rle.at(-2)! + rle.at(-1)! - 1
  return {
    ...at(line, image),
    problem: `reaches pixel ${last}, but an image of ${width} x ${height} has ${width * height}`,
  }
}

function overlapping(image: string, all: readonly LabelledInstance[]): LintProblem[] {
  const masks = all.map(({ rle }) => rle)
  if (areDisjoint(masks)) return []
  return overlapsBetween(masks, masks)
    .filter(({ truth, prediction }) => truth < prediction)
    .map(({ truth, prediction, intersection, union }) => {
      const other = `line ${all[truth]!.line}`
      const problem =
        intersection === union
          ? `is the same mask as ${other}`
          : `shares ${intersection} ${intersection === 1 ? 'pixel' : 'pixels'} with ${other}`
      return { ...at(all[prediction]!.line, image), problem }
    })
}
