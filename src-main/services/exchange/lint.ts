import { basename } from 'node:path'
import type { Size } from '../../core/mask/rle.ts'
import { areDisjoint, overlapsBetween } from '../../core/metric/overlap.ts'
import type { LabelledInstance } from '../../formats/labels.ts'
import { imagesIn } from '../images/image-folder.ts'
import { readLabels } from '../machinery/label-files.ts'

/** Something that a submission may not have, or that is likely a mistake. */
export interface LintProblem {
  /** 1-based; null where it concerns no single line */
  line: number | null
  image: string | null
  /** without a full stop */
  problem: string
}

export interface Linted {
  rows: number
  images: number
  instances: number
  problems: LintProblem[]
}

/**
 * Checks a label file: rows that cannot be read, masks that overlap or are there twice, masks outside their image, and,
 * against a folder, names that are no image there and images without a row.
 * @param size of all images; only checks that masks lie inside
 * @param folder of images, subfolders included
 * @throws DrydockError `not_found`, `file_broken`, `nothing_to_do` (no image in the folder)
 */
export async function lintLabels(
  file: string,
  { size, folder }: { size?: Size; folder?: string } = {},
): Promise<Linted> {
  const labels = await readLabels(file, size)
  const problems: LintProblem[] = labels.broken.map(({ line, image, reason }) => ({
    line,
    image,
    problem: reason,
  }))
  let instances = 0
  for (const [image, all] of labels.images) {
    instances += all.length
    problems.push(...overlapping(image, all))
  }
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  if (folder !== undefined) {
    const present = new Set(await imagesIn(folder))
    for (const [image, all] of labels.images) {
      if (present.has(image)) continue
      problems.push({ line: all[0]?.line ?? null, image, problem: `is no image in ${basename(folder)}` })
    }
    for (const image of present) {
      if (!labels.images.has(image)) problems.push({ line: null, image, problem: 'has no row' })
    }
  }
  return { rows: labels.rows, images: labels.images.size, instances, problems }
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
      return { line: all[prediction]!.line, image, problem }
    })
}
