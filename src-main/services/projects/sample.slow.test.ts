import { mkdtempSync, rmSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { rleText, thresholdScore } from '../../contract/wire.ts'
import { componentsOf } from '../../core/mask/components.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { areaOf, intersectionArea, parseRle, union } from '../../core/mask/rle.ts'
import { startEngine } from '../machinery/engine-client.ts'
import { createHost } from './host.ts'
import type { Host } from './host.ts'
import { setCurrentModel, usableModel } from '../predict/models.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, DATABASE } from '../machinery/project.ts'
import { startPrediction } from '../predict/predict.ts'
import { startTraining, trainingDefaults } from '../train/train-job.ts'

/**
 * What the shipped model must do on the shipped sample, with the real engine; every figure is read from the
 * project's SQLite file. Steps and seed are fixed, so the outcome depends on no clock.
 */

/** About three minutes on two cores. */
const STEPS = 500

let folder: string
let host: Host
let project: Project
let database: Database.Database
beforeAll(async () => {
  folder = await realpath(mkdtempSync(join(tmpdir(), 'drydock-sample-')))
  host = createHost({
    engine: startEngine({ backend: 'tensorflow' }),
    userData: folder,
    log: () => undefined,
  })
  project = await host.openSample()
  await Promise.all(project.jobs.running().map(({ id }) => project.jobs.finished(id)))
  database = new Database(join(project.folder, DATABASE), { readonly: true })
})
afterAll(async () => {
  database.close()
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

async function predictAll(separate: boolean): Promise<number> {
  const { model } = await usableModel(project, null)
  const { job, run } = await startPrediction(project, {
    images: 'all',
    settings: { ...model.cluster, separate },
  })
  expect(await project.jobs.finished(job)).toMatchObject({ state: 'done' })
  expect(currentRun(project)).toBe(run)
  return run
}

const scoreRow = z.object({ split: z.string(), ships: z.number(), f2: z.number(), thresholds: z.string() })

/** Scores of a run's finished images. */
function scoresOf(run: number) {
  const rows = database
    .prepare(
      `select images.split as split, scores.f2 as f2, scores.thresholds_json as thresholds,
         (select count(*) from truth where truth.image_id = images.id) as ships
       from scores join images on images.id = scores.image_id where scores.run_id = ?`,
    )
    .all(run)
  return rows.map((row) => {
    const { thresholds, ...rest } = scoreRow.parse(row)
    return { ...rest, thresholds: z.array(thresholdScore).parse(JSON.parse(thresholds)) }
  })
}

function validationF2(run: number): number {
  const scores = scoresOf(run).filter(({ split, ships }) => split === 'validation' && ships > 0)
  return scores.reduce((sum, { f2 }) => sum + f2, 0) / scores.length
}

const maskRow = z.object({ image: z.number(), height: z.number(), rle: rleText })

/** Masks of the finished images, by image. */
function masksBy(sql: string, ...values: number[]): Map<number, { height: number; masks: Rle[] }> {
  const found = new Map<number, { height: number; masks: Rle[] }>()
  for (const row of database.prepare(sql).all(...values)) {
    const { image, height, rle } = maskRow.parse(row)
    const entry = found.get(image) ?? { height, masks: [] }
    entry.masks.push(parseRle(rle))
    found.set(image, entry)
  }
  return found
}

function predictionsOf(run: number) {
  return masksBy(
    `select image_id as image, height, rle from predictions join images on images.id = image_id where run_id = ?`,
    run,
  )
}

function iou(a: Rle, b: Rle): number {
  const shared = intersectionArea(a, b)
  return shared / (areaOf(a) + areaOf(b) - shared)
}

/** Pairs of touching truth instances, by image. */
function touchingPairs() {
  const truth = masksBy(
    `select image_id as image, height, rle from truth join images on images.id = image_id where status = 'done'`,
  )
  return [...truth].flatMap(([image, { height, masks }]) =>
    masks.flatMap((first, i) =>
      masks
        .slice(i + 1)
        .filter((second) => componentsOf(union(first, second), height, 8).length === 1)
        .map((second) => ({ image, first, second })),
    ),
  )
}

let base: number

test('the base model hits at least half of the ships of the sample', async () => {
  base = await predictAll(true)
  const scores = scoresOf(base)
  const ships = scores.reduce((sum, image) => sum + image.ships, 0)
  const hits = scores.reduce((sum, { thresholds }) => sum + thresholds[0]!.tp, 0)
  console.log(`hits at IoU 0.5: ${hits} of ${ships} ships in ${scores.length} images`)
  expect(hits).toBeGreaterThanOrEqual(ships / 2)
})

test('clustering takes a touching pair apart that connected components leave together', async () => {
  const connected = predictionsOf(await predictAll(false))
  const clustered = predictionsOf(base)
  const pairs = touchingPairs()
  const separated = pairs.filter(({ image, first, second }) => {
    const apart = clustered.get(image)?.masks ?? []
    const together = connected.get(image)?.masks ?? []
    const both = [first, second].every((ship) => apart.some((mask) => iou(mask, ship) > 0.5))
    const joined = together.some((mask) =>
      [first, second].every((ship) => 2 * intersectionArea(mask, ship) > areaOf(ship)),
    )
    return both && joined
  })
  console.log(`touching pairs taken apart: ${separated.length} of ${pairs.length}`)
  expect(separated.length).toBeGreaterThanOrEqual(1)
})

test('fine-tuning on the sample raises the validation F2 of images with ships by 0.10', async () => {
  const settings = {
    ...(await trainingDefaults(project)),
    minutes: null,
    epochs: null,
    steps: STEPS,
    seed: 1,
  }
  const ended = await project.jobs.finished(await startTraining(project, settings))
  expect(ended).toMatchObject({ state: 'done', done: STEPS })
  await setCurrentModel(project, ended.model!)
  const tuned = await predictAll(true)
  const [before, after] = [validationF2(base), validationF2(tuned)]
  console.log(`validation F2 of images with ships: ${before.toFixed(3)} -> ${after.toFixed(3)}`)
  expect(after - before).toBeGreaterThanOrEqual(0.1)
})
