import { readModelFolder } from '../predict/model-files.ts'
import { modelFolder, usableModel } from '../predict/models.ts'
import type { Project } from '../machinery/project.ts'

/**
 * The version nearest to the current one (itself, what it was trained from, and so on, at last the base model) that has learnt from none of some images: what
 * starts from one that has cannot say what they are worth.
 * @param contents SHA-256 of the images
 * @returns its id; null where each of them has learnt from some
 * @throws DrydockError `not_found` (no model), `file_broken`, `model_incompatible`
 */
export async function unseenStart(project: Project, contents: readonly string[]): Promise<string | null> {
  const images = new Set(contents)
  const versions = new Map(project.store.models.all().map((model) => [model.id, model]))
  const line = [(await usableModel(project, null)).id]
  for (let of = versions.get(line[0]!); of?.parent != null && line.length <= versions.size;) {
    of = versions.get(of.parent)
    if (of) line.push(of.id)
  }
  line.push(...[...versions.values()].filter(({ kind }) => kind === 'base').map(({ id }) => id))
  for (const id of line) {
    const { card } = await readModelFolder(modelFolder(project, id))
    if (!card.trainedOn.some((content) => images.has(content))) return id
  }
  return null
}
