import type { ModelFile } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { ClusterSettings, OperatingPoint, RunChoice } from '../../contract/wire.ts'
import type { StoredRun } from '../../store/runs.ts'
import { usableModel } from './models.ts'
import { imagesOf, plainName, predictJob, predictOne, runWith } from './predict.ts'
import type { Extending } from './predict.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable } from '../machinery/project.ts'
import { tellCurrentRun } from './runs.ts'

/** What people choose of a run: between clean empty images and more ships found (its minScore), the shape of instances, and whether they are cut at necks. */

/** Positions where none was measured, from the cleanest. */
const PLAIN = [0.95, 0.9, 0.8, 0.7, 0.5, 0.3, 0] as const

/** What the name of a run says of its position. */
const SAID: Record<OperatingPoint['name'], string> = {
  clean: 'cleaner',
  balanced: 'balanced',
  ships: 'more ships',
}

/**
 * The positions of a run. Where its version has operating points they come with what they gave on validation; towards a
 * side on which it has none, plain values of minScore are offered.
 * @returns null for imported labels
 * @throws DrydockError `not_found`
 */
export async function runChoice(project: Project, run: number): Promise<RunChoice | null> {
  const found = modelRun(project, run)
  if (!found) return null
  const { model } = await usableModel(project, found.model)
  const { minScore, rectangles, necks } = found.settings
  return { minScore, rectangles, necks, positions: choicePositions(found, model) }
}

type SettingsWish = { [K in keyof ClusterSettings]?: ClusterSettings[K] | undefined }

/** What is not named stays as it is in `run`. */
export interface RunWish extends SettingsWish {
  run: number
  /** the image on the screen */
  first?: number | undefined
}

/**
 * Makes the run with other settings the current one, over all images that its version has looked at, with flips or
 * without as in this run: their inferences lie in the cache, so the network is asked only for those that the cache has lost.
 * The image on the screen is done before the run becomes current, the others by a job.
 * @throws DrydockError `bad_input` (imported labels), `not_found`, `read_only`, and as the engine does
 */
export async function chooseRun(
  project: Project,
  { run, first, ...wish }: RunWish,
): Promise<{ job: string | null; run: number }> {
  assertWritable(project)
  const { store } = project
  const found = modelRun(project, run)
  if (!found) {
    throw new DrydockError(
      'bad_input',
      'This run holds labels that were read in: they have no scores to choose by. Choose a run of a model.',
      { run },
    )
  }
  const model = await usableModel(project, found.model)
  const settings = withWish(found.settings, wish)
  const wanted = { model, settings, flips: found.flips }
  const chosen = await store.write(() => runWith(project, wanted, chosenName(project, wanted)))
  const extending = { ...wanted, run: chosen }
  const open = await imagesOf(project, extending, 'seen')
  if (first !== undefined && open.includes(first)) {
    await predictOne(project, extending, first, new AbortController().signal)
  }
  await store.write(() => store.meta.set('current_run', String(chosen)))
  tellCurrentRun(project)
  const rest = open.filter((id) => id !== first)
  if (rest.length === 0) return { job: null, run: chosen }
  const payload = { run: chosen, images: 'seen' as const, first: null, quiet: true }
  const plan = { title: 'Making instances anew', unit: 'images', total: rest.length, lane: null }
  const job = await project.jobs.start(predictJob, payload, plan)
  return { job, run: chosen }
}

function withWish(settings: ClusterSettings, wish: SettingsWish): ClusterSettings {
  const {
    foreground = settings.foreground,
    sigma = settings.sigma,
    alpha = settings.alpha,
    minArea = settings.minArea,
    minScore = settings.minScore,
    separate = settings.separate,
    necks = settings.necks,
    rectangles = settings.rectangles,
  } = wish
  return {
    ...{ foreground, sigma, alpha, minArea, minScore, separate, necks, rectangles },
    ...(settings.fitted && { fitted: true }),
  }
}

export type ModelRun = StoredRun & { model: string; settings: ClusterSettings }

/** A run of a model; null: it holds labels that were read in. @throws DrydockError `not_found` */
export function modelRun(project: Project, id: number): ModelRun | null {
  const run = project.store.runs.get(id)
  if (!run) throw new DrydockError('not_found', 'This project has no such run.', { run: id })
  const { model, settings } = run
  return model !== null && settings !== null ? { ...run, model, settings } : null
}

function choicePositions(
  { settings, flips }: Pick<Extending, 'settings' | 'flips'>,
  model: ModelFile,
): RunChoice['positions'] {
  const measured = (model.operatingPoints ?? []).map((point) =>
    // the figures are those of the version's other settings, without flips
    isAlike(settings, model.cluster) && !flips ? point : { ...point, validation: null },
  )
  const has = (name: OperatingPoint['name']): boolean => measured.some((point) => point.name === name)
  const values = measured.map((point) => point.minScore)
  const plain = PLAIN.filter(
    (value) =>
      (!has('clean') && value > Math.max(...values)) || (!has('ships') && value < Math.min(...values)),
  )
  const positions: RunChoice['positions'] = [...measured]
  for (const minScore of [...plain, model.cluster.minScore, settings.minScore]) {
    if (positions.some((position) => position.minScore === minScore)) continue
    positions.push({ name: null, minScore, validation: null })
  }
  return positions.sort((a, b) => b.minScore - a.minScore)
}

function isAlike(a: ClusterSettings, b: ClusterSettings): boolean {
  const { minScore: _a, ...left } = a
  const { minScore: _b, ...right } = b
  return Object.keys(left).every((key) => left[key as keyof typeof left] === right[key as keyof typeof right])
}

/** What else of the clustering is other than the version's own. */
function waysOf(settings: ClusterSettings, own: ClusterSettings): string {
  const ways = [
    settings.foreground === own.foreground ? [] : `foreground ${settings.foreground.toFixed(2)}`,
    settings.sigma === own.sigma
      ? []
      : settings.sigma === null
        ? 'smoothing by size'
        : `smoothing ${settings.sigma.toFixed(1)} px`,
    settings.alpha === own.alpha ? [] : `alpha ${settings.alpha.toFixed(1)}`,
    settings.minArea === own.minArea ? [] : `from ${settings.minArea} px`,
  ].flat()
  return ways.map((way) => `, ${way}`).join('')
}

function chosenName(project: Project, run: Omit<Extending, 'run'>): string {
  const { model, settings } = run
  const point = choicePositions(run, model.model).find(({ minScore }) => minScore === settings.minScore)
  const said = point?.name ? SAID[point.name] : `score from ${settings.minScore.toFixed(2)}`
  const unlikeOwn = (setting: 'rectangles' | 'necks', on: string, off: string): string =>
    settings[setting] === model.model.cluster[setting] ? '' : settings[setting] ? on : off
  const shape = unlikeOwn('rectangles', ', rectangles', ', as seen')
  const cut = unlikeOwn('necks', ', cut at necks', ', not cut at necks')
  const wanted = `${plainName(run)}, ${said}${shape}${cut}${waysOf(settings, model.model.cluster)}`
  const taken = new Set(project.store.runs.all(null).map((run) => run.name))
  let free = wanted
  for (let n = 2; taken.has(free); n++) free = `${wanted} (${n})`
  return free
}
