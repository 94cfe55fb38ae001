import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { pointsUrl } from '../../contract/channels.ts'
import type { EmbeddingPoints } from '../../contract/wire.ts'
import { ensureInference } from './infer.ts'
import { usableModel } from './models.ts'
import { placeInCache } from '../machinery/making.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, imageFile, storedImage } from '../machinery/project.ts'
import { contentOf, pixelsOf } from '../images/rows.ts'

/**
 * The scatter plot of an image in the current run: clusters, and the URL of the points, whose file is made now. An
 * inference that the cache has lost is made again.
 * @returns null where the run has not reached the image, or holds imported labels
 */
export async function embeddingPoints(project: Project, id: number): Promise<EmbeddingPoints | null> {
  const { store, shared } = project
  const run = currentRun(project)
  const stored = run === null ? null : store.runs.get(run)
  const reached = run === null ? null : store.runs.image(run, id)
  if (run === null || !stored?.model || !stored.settings || !reached?.sha256) return null
  const image = storedImage(project, id)
  // the picture was replaced since it was predicted, or looks otherwise: its old pixels cannot be read again
  if (pixelsOf(image) !== reached.sha256) return null
  const model = await usableModel(project, stored.model)
  const wanted = {
    ...{ file: imageFile(project, image), pixels: reached.sha256, model, flips: stored.flips },
    mapping: store.pixels.get(id)?.mapping ?? null,
    cache: project.cache,
  }
  const file = await ensureInference(shared, wanted)
  const out = pointsFile(project, run, id, reached.sha256)
  const plotted = await shared.workers.run('plotPoints', {
    ...{ file, settings: stored.settings, out },
    calibration: model.model.calibration ?? null,
  })
  const predictions = new Map(store.predictions.of(run, id).map((p) => [p.cluster, p.id]))
  return {
    url: pointsUrl(project.id, id, contentOf(image), run),
    count: plotted.count,
    width: plotted.width,
    height: plotted.height,
    settings: stored.settings,
    clusters: plotted.clusters.map(({ centre, spread, pixels }, cluster) => ({
      cluster,
      prediction: predictions.get(cluster) ?? null,
      centre,
      spread,
      pixels,
    })),
  }
}

/** The cache file behind a points URL, made again where the cache has lost it; null where there can be none. */
export async function ensurePoints(project: Project, id: number, run: number): Promise<string | null> {
  const sha256 = project.store.runs.image(run, id)?.sha256
  if (!sha256) return null
  const file = pointsFile(project, run, id, sha256)
  if (existsSync(file)) return file
  if (run !== currentRun(project)) return null
  await embeddingPoints(project, id)
  return file
}

function pointsFile(project: Project, run: number, image: number, sha256: string): string {
  const key = createHash('sha256').update(`${run} ${image} ${sha256}`).digest('hex')
  return placeInCache(project.cache, 'points', `${key}.bin`)
}
