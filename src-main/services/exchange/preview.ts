import { basename } from 'node:path'
import { labelFormat } from '../../contract/label-formats.ts'
import type { LabelFormatId } from '../../contract/label-formats.ts'
import type { ImportPreview } from '../../contract/wire.ts'
import { suggestedWishes } from '../../core/categories.ts'
import { placeInFile } from '../../formats/format.ts'
import type { Project } from '../machinery/project.ts'
import { LISTED } from './import-job.ts'
import { previewLabels } from './previews.ts'

/**
 * Reads a label file or folder and says what importing it would do. Nothing is written.
 * @param format default: what it looks like
 * @throws DrydockError `file_broken`, `not_found`
 */
export async function previewImport(
  project: Project,
  file: string,
  format?: LabelFormatId,
): Promise<ImportPreview> {
  const { token, labels } = await previewLabels(project, file, format ?? null)
  const wishes = suggestedWishes(
    labels.categories.map(({ name }) => name),
    project.store.categories.all(),
  )
  return {
    token,
    file: basename(file),
    format: labelFormat(labels.format).name,
    rows: labels.rows,
    instances: labels.instances,
    matchedImages: labels.images,
    emptyImages: labels.empty,
    identical: labels.identical,
    crowds: labels.crowds,
    scored: labels.scored,
    categories: labels.categories.map((category, i) => ({ ...category, wish: wishes[i]! })),
    ...listed('notFound', labels.notFound),
    ...listed(
      'matchedOtherwise',
      labels.matched.map(({ name, path, how }) => `${name} is ${path}: ${how}`),
    ),
    ...listed(
      'ambiguous',
      labels.ambiguous.map(({ name, candidates }) => `${name} may be ${candidates.join(' or ')}`),
    ),
    ...listed(
      'resized',
      labels.resized.map(
        ({ name, was, is }) =>
          `${name} is ${is.width} x ${is.height}, the labels are for ${was.width} x ${was.height}`,
      ),
    ),
    ...listed('overlapping', labels.overlapping),
    ...listed('outside', labels.outside),
    ...listed('rowByRow', labels.rowByRow),
    ...listed('withTruth', labels.withTruth),
    broken: labels.broken.slice(0, LISTED).map((broken) => {
      const place = placeInFile(broken)
      return { line: broken.line, reason: `${place[0]!.toUpperCase()}${place.slice(1)} ${broken.reason}.` }
    }),
    brokenCount: labels.brokenCount,
  }
}

type Listed<K extends string> = Record<K, string[]> & Record<`${K}Count`, number>

function listed<K extends string>(key: K, names: readonly string[]): Listed<K> {
  return { [key]: names.slice(0, LISTED), [`${key}Count`]: names.length } as Listed<K>
}
