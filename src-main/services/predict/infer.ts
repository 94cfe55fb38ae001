import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Calibration, ClusterSettings, HandChange, Mapping } from '../../contract/wire.ts'
import type { Shared } from '../machinery/project.ts'
import type { FoundInstances } from './tasks.ts'

/** Side of a tile's core in px; a multiple of every network's stride. */
export const TILE = 1024

/** One image and the model to look at it with. */
export interface InferenceWanted {
  /** the image file */
  file: string
  /** what the model sees of it: see `seenPixels` */
  pixels: string
  /** how its samples become 8 bits; null: as is chosen for it */
  mapping: Mapping | null
  model: { id: string; folder: string }
  /** average over the four flips: four times the work */
  flips: boolean
  /** folder of the cache */
  cache: string
  /** nobody waits for it: when it is cancelled, a busy engine lives on */
  quiet?: boolean
}

/** Key of an inference: the same pixels, model, tiling and flips give the same. */
export function inferenceKey({
  pixels,
  model,
  flips,
}: Pick<InferenceWanted, 'pixels' | 'model' | 'flips'>): string {
  return createHash('sha256')
    .update(`${pixels} ${model.id} tile ${TILE} flips ${flips ? 1 : 0}`)
    .digest('hex')
}

/** Where an inference lies in a cache. */
export function inferenceFile(cache: string, key: string): string {
  return join(cache, 'inferences', key.slice(0, 2), `${key}.bin`)
}

/**
 * Makes sure that an inference lies in the cache: decodes the image in a worker, asks the engine, keeps the answer.
 * @returns its file in the cache
 * @throws DrydockError as `decodeImage` and the engine do; `cancelled`
 */
export async function ensureInference(
  { engine, workers }: Pick<Shared, 'engine' | 'workers'>,
  wanted: InferenceWanted,
  signal?: AbortSignal,
): Promise<string> {
  const file = inferenceFile(wanted.cache, inferenceKey(wanted))
  if (await workers.run('hasInference', { file }, signal)) return file
  const image = await workers.run('decode', { file: wanted.file, mapping: wanted.mapping }, signal)
  const request = { modelFolder: wanted.model.folder, image, flips: wanted.flips, tile: TILE }
  const spared = wanted.quiet ?? false
  const inference = await engine.infer(request, signal ? { signal, spared } : { spared })
  await workers.run('keepInference', { file, inference }, signal)
  return file
}

/**
 * The instances of one image file, new ids each time.
 * @param making by what; calibration is that of the model, null: an instance's score is its mean foreground
 * @throws as {@link ensureInference}
 */
export async function predictFile(
  shared: Pick<Shared, 'engine' | 'workers'>,
  wanted: InferenceWanted,
  making: { settings: ClusterSettings; calibration: Calibration | null; changes?: readonly HandChange[] },
  signal?: AbortSignal,
): Promise<FoundInstances> {
  const file = await ensureInference(shared, wanted, signal)
  return shared.workers.run('findInstances', { file, ...making }, signal)
}
