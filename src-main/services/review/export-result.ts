import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import { summarise } from '../../core/metric/sums.ts'
import { contentHash } from '../../imaging/hash.ts'
import { root } from '../../locations.ts'
import { writeWhole } from '../../whole-file.ts'
import { openGrowing } from '../machinery/label-output.ts'
import type { BackendInfo } from '../../contract/wire.ts'
import type { Store } from '../../store/store.ts'
import { csvRow } from '../../core/csv.ts'
import type { ResultFile } from './result-form.ts'
import {
  CARD_FILE,
  IMAGES_FILE,
  PREDICTIONS_FILE,
  RESULT_FILE,
  RESULT_FORMAT,
  TRUTH_FILE,
} from './result-form.ts'

export interface ResultWanted {
  run: number
  /** of the project, and its name */
  folder: string
  name: string
  /** what computes here; null: nothing does, the figure stands all the same */
  backend: BackendInfo | null
  /** must not exist, or be empty */
  out: string
}

/**
 * Writes the score of a run with all that it follows from into a new folder: truth and predictions of the scored images, their list with SHA-256 and split, the
 * model's card, settings, versions. `scoreResult` makes the same figures of it without the project.
 * @throws DrydockError `not_found`, `bad_input`, `nothing_to_do`, `disk_full`
 */
export async function exportResult(
  store: Store,
  { run, folder, name, backend, out }: ResultWanted,
): Promise<ResultFile> {
  const stored = store.runs.all(null).find(({ id }) => id === run)
  if (!stored) throw new DrydockError('not_found', 'This project has no such run.', { run })
  await newFolder(out)
  const scores = []
  const [truth, predictions] = [
    await openGrowing(join(out, TRUTH_FILE)),
    await openGrowing(join(out, PREDICTIONS_FILE)),
  ]
  const list = [csvRow(['image', 'sha256', 'split', 'width', 'height'])]
  let kept = false
  try {
    for (const image of store.reviews.scored(run)) {
      const masks = {
        truth: store.truth.masks(image.id).map(parseRle),
        predictions: store.predictions.masks(run, image.id).map(parseRle),
      }
      await truth.add(image.path, masks.truth)
      await predictions.add(image.path, masks.predictions)
      list.push(csvRow([image.path, image.sha256, image.split, image.width, image.height]))
      scores.push(scoreImage(masks.truth, masks.predictions))
    }
    kept = scores.length > 0
  } finally {
    await truth.close(kept)
    await predictions.close(kept)
  }
  const { f2, f2WithShips, pooledF2, thresholds, images } = summarise(scores)
  if (f2 === null || pooledF2 === null) {
    throw new DrydockError(
      'nothing_to_do',
      'No finished image is predicted in this run, so there is no figure to export.',
    )
  }
  await writeWhole(join(out, IMAGES_FILE), list.join(''))
  if (stored.model !== null) {
    const card = await readFile(join(folder, 'models', stored.model, CARD_FILE)).catch(() => null)
    if (card) await writeWhole(join(out, CARD_FILE), card)
  }
  const result: ResultFile = {
    format: RESULT_FORMAT,
    createdAt: new Date().toISOString(),
    project: name,
    run: {
      ...{ name: stored.name, kind: stored.kind, createdAt: stored.createdAt },
      ...{ flips: stored.flips, settings: stored.settings },
    },
    model: stored.model === null ? null : { id: stored.model, name: stored.modelName },
    backend: backend && { name: backend.name, device: backend.device },
    versions: { drydock: await ownVersion(), node: process.versions.node, ...backend?.versions },
    images,
    scores: { f2, f2WithShips, pooledF2, thresholds },
    files: await hashesIn(out),
  }
  await writeWhole(join(out, RESULT_FILE), `${JSON.stringify(result, null, 2)}\n`)
  return result
}

async function newFolder(out: string): Promise<void> {
  await mkdir(out, { recursive: true })
  if ((await readdir(out)).length === 0) return
  throw new DrydockError('bad_input', `${out} is not empty. Name a new folder for the result.`, {
    folder: out,
  })
}

/** SHA-256 of each file of a folder. */
async function hashesIn(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const name of (await readdir(folder)).sort()) hashes[name] = await contentHash(join(folder, name))
  return hashes
}

async function ownVersion(): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}
