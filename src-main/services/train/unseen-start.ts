import type { TrainPreview } from '../../contract/wire.ts'
import { readModelCard } from '../predict/model-files.ts'
import { modelFolder, usableModel } from '../predict/models.ts'
import type { Project } from '../machinery/project.ts'

/** Of how many of these images each version has learnt, where it is any. @param contents SHA-256 of the images */
export async function knownBy(project: Project, contents: readonly string[]): Promise<TrainPreview['known']> {
  if (contents.length === 0) return []
  const known: TrainPreview['known'] = []
  for (const { id } of project.store.models.all()) {
    const images = await seenBy(project, id, contents)
    if (images > 0) known.push({ model: id, images })
  }
  return known
}

/**
 * The version nearest to the current one (itself, what it was trained from, and so on, at last the base model) that has learnt from none of some images: what
 * starts from one that has cannot say what they are worth.
 * @param contents SHA-256 of the images
 * @returns its id; null where each of them has learnt from some
 * @throws DrydockError `not_found` (no model), `file_broken`, `model_incompatible`
 */
export async function unseenStart(project: Project, contents: readonly string[]): Promise<string | null> {
  const versions = new Map(project.store.models.all().map((model) => [model.id, model]))
  const line = [(await usableModel(project, null)).id]
  for (let of = versions.get(line[0]!); of?.parent != null && line.length <= versions.size;) {
    of = versions.get(of.parent)
    if (of) line.push(of.id)
  }
  line.push(...[...versions.values()].filter(({ kind }) => kind === 'base').map(({ id }) => id))
  for (const id of line) {
    if ((await seenBy(project, id, contents)) === 0) return id
  }
  return null
}

/** Of how many of these images a version has learnt, by its card alone: weights are not read for it. */
async function seenBy(project: Project, id: string, contents: readonly string[]): Promise<number> {
  const seen = new Set((await readModelCard(modelFolder(project, id))).trainedOn)
  return contents.filter((content) => seen.has(content)).length
}
