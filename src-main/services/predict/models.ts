import { mkdir, readFile, rm } from 'node:fs/promises'
import { createReadStream, existsSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { ModelFile } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { ModelVersion } from '../../contract/wire.ts'
import type { StoredModel } from '../../store/models.ts'
import { putFolderInPlace, writeWhole } from '../../whole-file.ts'
import { readModelFolder } from './model-files.ts'
import type { ModelFolder } from './model-files.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable } from '../machinery/project.ts'

/** A version that can be run. */
export interface UsableModel {
  id: string
  name: string
  folder: string
  model: ModelFile
}

/** Folder of a version inside the project. */
export function modelFolder(project: Project, id: string): string {
  return join(project.folder, 'models', id)
}

/** The versions that the project knows, oldest first. */
export function listModels(project: Project): ModelVersion[] {
  const current = project.store.meta.get('current_model')
  const previous = project.store.meta.get('previous_model')
  return project.store.models.all().map((model) => ({
    ...model,
    ...{ current: model.id === current, previous: model.id === previous && previous !== current },
  }))
}

/** Makes a version the one that predicts and that training starts from. @throws DrydockError `not_found` */
export async function setCurrentModel(project: Project, id: string): Promise<void> {
  assertWritable(project)
  const { store, events } = project
  await usableModel(project, id)
  await store.write(() => {
    const before = store.meta.get('current_model')
    if (before !== id) store.meta.set('previous_model', before)
    store.meta.set('current_model', id)
  })
  events.emit({ type: 'models' })
}

/** What a person writes of a version. @throws DrydockError `read_only` */
export async function setRemark(project: Project, id: string, remark: string): Promise<void> {
  assertWritable(project)
  await project.store.write(() => project.store.models.setRemark(id, remark))
  project.events.emit({ type: 'models' })
}

/** card.json of a version, as it is, with the positions of model.json where it says nothing of them. */
export async function modelCardOf(project: Project, id: string): Promise<Record<string, unknown>> {
  const { folder, model } = await usableModel(project, id)
  const text = await readFile(join(folder, 'card.json'), 'utf8')
  const card = z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  return { ...(model.operatingPoints && { positions: model.operatingPoints }), ...card }
}

/**
 * A version with its folder, checked.
 * @param id null: the current one
 * @throws DrydockError `not_found`, `file_broken`, `model_incompatible`
 */
export async function usableModel(project: Project, id: string | null): Promise<UsableModel> {
  const { store } = project
  const wanted = id ?? store.meta.get('current_model')
  const known = wanted === null ? null : store.models.get(wanted)
  if (wanted === null || !known) {
    throw new DrydockError(
      'not_found',
      wanted === null
        ? 'This project has no model yet, since none came with this installation of Drydock. Train one, or install Drydock again.'
        : 'This project does not know that model version. Choose another one.',
    )
  }
  const folder = modelFolder(project, wanted)
  const { model } = await readModelFolder(folder)
  return { id: wanted, name: known.name, folder, model }
}

/**
 * Takes a finished model folder into the project: moved (or copied) to `models/<id>`, then registered. A version that is
 * known already stays as it is.
 * @returns the version's id
 */
export async function addModel(
  project: Project,
  source: string,
  { kind, copy, note }: { kind: StoredModel['kind']; copy: boolean; note: string },
): Promise<string> {
  const found = await readModelFolder(source)
  const target = modelFolder(project, found.id)
  if (!existsSync(target)) await putFolder(source, target, copy)
  const { store, events } = project
  await store.write(() => store.models.add(storedModel(found, kind, note)))
  events.emit({ type: 'models' })
  return found.id
}

/**
 * Registers the model that ships with Drydock, and makes it current where there is none. Without one the project opens
 * all the same.
 */
export async function registerBaseModel(project: Project): Promise<void> {
  const { store, shared } = project
  if (project.readOnly || !existsSync(join(shared.baseModel, 'model.json'))) return
  try {
    const { id } = await readModelFolder(shared.baseModel)
    if (!store.models.get(id) || !existsSync(modelFolder(project, id))) {
      await addModel(project, shared.baseModel, { kind: 'base', copy: true, note: '' })
    }
    if (store.meta.get('current_model') === null) await store.write(() => store.meta.set('current_model', id))
  } catch (error) {
    shared.log(`the base model cannot be used: ${String(error)}`)
  }
}

async function putFolder(source: string, target: string, copy: boolean): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  if (!copy) return putFolderInPlace(source, target)
  const temporary = `${target}.${randomUUID()}.part`
  try {
    for (const name of ['model.json', 'weights.bin', 'card.json'])
      await writeWhole(join(temporary, name), createReadStream(join(source, name)))
    await putFolderInPlace(temporary, target)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

function storedModel(found: ModelFolder, kind: StoredModel['kind'], note: string): StoredModel {
  const { card } = found
  return {
    id: found.id,
    name: card.name,
    parent: card.parent,
    createdAt: card.createdAt,
    kind,
    parameters: found.parameters,
    bytes: found.bytes,
    trainedImages: card.trainedOn.length,
    validationF2: card.validation?.f2 ?? null,
    startKept: card.bestStep === 0,
    note: note || card.limits,
    paired: card.paired ?? null,
    ...{ heldOut: null, remark: '' },
  }
}
