import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ModelCard } from '../../contract/engine.ts'
import { formatRle } from '../../core/mask/rle.ts'
import { maskOf, writeImages } from '../../testing/images.ts'
import { writeModel } from '../../testing/model.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { settleGroups } from '../images/similar.ts'
import { isFrozen, setSplit } from '../images/split.ts'
import type { Project } from '../machinery/project.ts'
import { readModelFolder } from '../predict/model-files.ts'
import { addModel, listModels, setCurrentModel, setRemark } from '../predict/models.ts'
import { holdOutState, startHoldOut } from './hold-out.ts'
import { addVersion, saveVersion } from './version-file.ts'

const SIZE = { width: 60, height: 40 }
const shipAt = (i: number) => ({ x: 4 + 6 * i, y: 4 + 4 * i, width: 12, height: 6 })

let bench: Bench & { project: Project }
beforeAll(async () => {
  bench = await openBench(
    Object.fromEntries(
      [0, 1, 2, 3, 4].map((i) => [`${i}.png`, { ...SIZE, ships: i === 4 ? [] : [shipAt(i)], shade: 10 * i }]),
    ),
  )
  const { project } = bench
  for (const i of [0, 1, 2, 3]) {
    const id = idOf(project, `${i}.png`)
    await project.store.write(() => {
      project.store.truth.put(id, {
        ...{ id: randomUUID(), rle: formatRle(maskOf(shipAt(i), SIZE)), area: 72 },
        ...{ origin: 'drawn', edited: false, colour: 0 },
      })
      project.store.images.setStatus(id, 'done')
    })
  }
  await settleGroups(project)
})
afterAll(() => bench.end())

/** A version that makes the same of bright pixels, but shows none below a least score. */
async function another(
  name: string,
  change: (model: Record<string, unknown>, card: ModelCard) => void,
): Promise<string> {
  const folder = join(bench.folder, name)
  await writeModel(folder, name, name.length)
  const read = async <T>(file: string): Promise<T> =>
    JSON.parse(await readFile(join(folder, file), 'utf8')) as T
  const [model, card] = [
    await read<Record<string, unknown>>('model.json'),
    await read<ModelCard>('card.json'),
  ]
  change(model, card)
  await writeFile(join(folder, 'model.json'), JSON.stringify(model))
  await writeFile(join(folder, 'card.json'), JSON.stringify(card))
  return addModel(bench.project, folder, { kind: 'trained', copy: true, note: '' })
}

test('a version is compared with the current one on the hold-out, which freezes it and counts looks; rolling back is one call', async () => {
  const { project } = bench
  const base = listModels(project)[0]!
  // it makes nothing of anything
  const blind = await another('blind', (model) => {
    model['cluster'] = { ...(model['cluster'] as object), minScore: 1 }
  })
  await expect(startHoldOut(project, blind)).rejects.toMatchObject({ code: 'nothing_to_do' })
  await setSplit(project, idOf(project, '0.png'), 'hold-out')
  await setSplit(project, idOf(project, '1.png'), 'hold-out')
  expect(await holdOutState(project, blind)).toMatchObject({
    images: 2,
    withShips: 2,
    looks: 0,
    leakCount: 0,
  })
  expect(isFrozen(project)).toBe(false)
  await project.jobs.finished(await startHoldOut(project, blind))
  expect(isFrozen(project)).toBe(true)
  const { heldOut } = listModels(project).find(({ id }) => id === blind)!
  expect(heldOut).toMatchObject({ against: base.id, on: 'hold-out', images: 2, f2: 0, before: 1 })
  expect(heldOut!.difference).toMatchObject({ value: -1, low: -1, high: -1 })
  await project.jobs.finished(await startHoldOut(project, blind))
  expect(await holdOutState(project, blind)).toMatchObject({ looks: 2 })

  await setCurrentModel(project, blind)
  expect(listModels(project).find(({ previous }) => previous)?.id).toBe(base.id)
  await expect(startHoldOut(project, blind)).rejects.toMatchObject({ code: 'nothing_to_do' })
  await setCurrentModel(project, base.id)
  expect(listModels(project).find(({ current }) => current)?.id).toBe(base.id)

  // what it was trained on is left out, and so is what is of one scene with it
  const { sha256 } = project.store.images.get(idOf(project, '0.png'))!
  const seen = await another('has-seen', (_, card) => card.trainedOn.push(sha256!))
  expect(await holdOutState(project, seen)).toMatchObject({ images: 1, leaks: ['0.png'], leakCount: 1 })
})

test('a version leaves as one file and comes back the same, card and licence with it; a changed file is refused', async () => {
  const { project } = bench
  const weights = { foreground: 1, peak: 0, logArea: 0.3, border: 0, contrast: 0.5, unrest: -0.6 }
  const calibration = { intercept: -1, weights, instances: 90, hits: 40 }
  const id = await another('traveller', (model, card) => {
    card.licence = 'CC BY 4.0'
    model['calibration'] = calibration
  })
  await setRemark(project, id, 'with night images')
  expect(listModels(project).find((model) => model.id === id)?.remark).toBe('with night images')
  const file = join(bench.folder, 'traveller.drydock-version')
  await saveVersion(project, id, file)
  const other = await openBench({ 'x.png': { ...SIZE, ships: [] } })
  try {
    expect(await addVersion(other.project, file)).toBe(id)
    const card = JSON.parse(
      await readFile(join(other.project.folder, 'models', id, 'card.json'), 'utf8'),
    ) as ModelCard
    expect(card.licence).toBe('CC BY 4.0')
    const { model } = await readModelFolder(join(other.project.folder, 'models', id))
    expect(model.calibration).toEqual(calibration)
    const bytes = await readFile(file)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(file, bytes)
    await expect(addVersion(other.project, file)).rejects.toMatchObject({ code: 'file_broken' })
    await writeImages(bench.folder, { 'picture.png': { ...SIZE, ships: [] } })
    await expect(addVersion(other.project, join(bench.folder, 'picture.png'))).rejects.toMatchObject({
      code: 'file_broken',
    })
    await expect(addVersion(other.project, join(bench.folder, 'none'))).rejects.toMatchObject({
      code: 'file_broken',
    })
  } finally {
    await other.end()
  }
})
