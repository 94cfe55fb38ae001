import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { baseModel, userData } from '../../locations.ts'
import { readModelFolder } from '../predict/model-files.ts'
import type { ModelFolder } from '../predict/model-files.ts'
import { RecentList } from './recent.ts'

const ID = /^[0-9a-f]{64}$/

/**
 * Finds a model version without a project.
 * @param wanted a model's folder, or the id of a version: of the base model or of one in a recent project; null: the base model
 * @throws DrydockError `not_found`, `file_broken`, `model_incompatible`
 */
export async function findModel(wanted: string | null): Promise<ModelFolder & { folder: string }> {
  if (wanted === null) {
    if (!existsSync(join(baseModel, 'model.json'))) {
      throw new DrydockError(
        'not_found',
        'This installation of Drydock has no base model. Name a model, or train one with --from none.',
      )
    }
    return { ...(await readModelFolder(baseModel)), folder: baseModel }
  }
  if (existsSync(wanted) || !ID.test(wanted)) return { ...(await readModelFolder(wanted)), folder: wanted }
  const projects = new RecentList(userData).list().map(({ location }) => location)
  const known = projects
    .map((project) => join(project, 'models', wanted))
    .find((folder) => existsSync(folder))
  if (known !== undefined) return { ...(await readModelFolder(known)), folder: known }
  const base = await findModel(null)
  if (base.id === wanted) return base
  throw new DrydockError(
    'not_found',
    'No model version has this id, neither the base model nor one in a recent project. Name the folder of the model.',
    { model: wanted },
  )
}
