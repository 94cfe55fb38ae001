import { createHash, randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageStatus, Prediction, TruthInstance } from '../contract/wire.ts'
import { parseRle } from '../core/mask/rle.ts'
import { scoreImage } from '../core/metric/f2.ts'
import { DATABASE } from '../services/machinery/project.ts'
import { createStore } from '../store/store.ts'
import type { Store } from '../store/store.ts'
import { writeImage } from './images.ts'

/** Sides of the images of a large project, in px. */
export const SIDE = 768

/** Images of one sub-folder. */
const FOLDER = 1000

/** Different contents that the files share. */
const CONTENTS = 64

/** Work that is done in one transaction while a project is made. */
const CHUNK = 5000

/** Path of an image, below the images folder. */
function pathOf(i: number): string {
  return `part ${Math.floor(i / FOLDER)}/sea ${i}.png`
}

/**
 * Makes a folder of `count` images cheaply: hard links to a few dozen files.
 * @param folder must not exist
 */
export async function makeLargeFolder(folder: string, count: number): Promise<void> {
  for (let i = 0; i < Math.min(CONTENTS, count); i++) {
    const ships = [{ x: 10 + 5 * i, y: 20, width: 40, height: 12 }]
    await writeImage(join(folder, pathOf(i)), { width: SIDE, height: SIDE, ships })
  }
  for (let i = CONTENTS; i < count; i++) {
    if (i % FOLDER === 0) mkdirSync(join(folder, `part ${i / FOLDER}`))
    linkSync(join(folder, pathOf(i % CONTENTS)), join(folder, pathOf(i)))
  }
}

/** Removes what {@link makeLargeFolder} made, and a project beside it. */
export function removeLargeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  rmSync(`${folder}.drydock`, { recursive: true, force: true })
}

/** A mask of `width` x `height` px: column by column, as masks are written. */
function box(x: number, y: number, width: number, height: number): string {
  return Array.from({ length: width }, (_, column) => `${(x + column) * SIDE + y + 1} ${height}`).join(' ')
}

/** Place of the i-th of up to 3,000 boxes that do not touch. */
function place(i: number): string {
  return box(2 + (i % 48) * 15, 2 + Math.floor(i / 48) * 12, 12, 8)
}

/** Place of the i-th of up to 11,000 small boxes that do not touch. */
function smallPlace(i: number): string {
  return box(2 + (i % 108) * 7, 2 + Math.floor(i / 108) * 7, 4, 4)
}

/** A small box that none of the first `crowd` reaches, for the n-th gesture. */
export function freeSmallBox(crowd: number, n: number): string {
  return smallPlace(crowd + n)
}

/** Which image of a large project has very many instances, and its path. */
export const CROWDED = 6
export const CROWDED_PATH = pathOf(CROWDED)

/** A box that none of the first `crowd` reaches, for the n-th gesture. */
export function freeBox(crowd: number, n: number): string {
  return place(crowd + n)
}

/**
 * Makes a project beside a folder of {@link makeLargeFolder}, as it is after months of work: every image read, half of them
 * in the current run, a third finished and scored.
 * @param crowd instances, true and predicted, of the first image; the others have up to three
 * @param crowded those of the image {@link CROWDED}: small ones
 */
export async function makeLargeProject(
  folder: string,
  count: number,
  crowd: number,
  crowded = 0,
): Promise<void> {
  const project = `${folder}.drydock`
  mkdirSync(project)
  const store = createStore(join(project, DATABASE))
  try {
    await store.write(() => {
      store.meta.set('name', 'large')
      store.meta.set('images_root', folder)
      store.meta.set('created_at', new Date().toISOString())
      const run = { name: 'colleague', kind: 'labels' as const, model: null, settings: null, flips: false }
      store.meta.set('current_run', String(store.runs.add({ ...run, createdAt: new Date().toISOString() })))
    })
    for (let from = 0; from < count; from += CHUNK) {
      await store.write(() => {
        for (let i = from; i < Math.min(count, from + CHUNK); i++)
          addImage(store, folder, i, i === 0 ? crowd : i === CROWDED && crowded > 0 ? crowded : i % 4)
      })
    }
    store.db.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    store.close()
  }
}

function addImage(store: Store, folder: string, i: number, instances: number): void {
  const small = i === CROWDED
  const at = small ? smallPlace : place
  const area = small ? 16 : 96
  const { size, mtimeMs: mtime } = statSync(join(folder, pathOf(i)))
  const id = store.images.add({ path: pathOf(i), size, mtime })
  const split = i % 20 === 3 ? 'hold-out' : i % 10 === 5 ? 'validation' : 'train'
  store.images.setContent(id, createHash('sha256').update(pathOf(i)).digest('hex'), SIDE, SIDE)
  store.images.setSplit(id, split, 'chance')
  store.images.setFile(id, { size, mtime }, 'ok', null)
  const status: ImageStatus = i % 3 !== 0 ? 'to do' : instances === 0 ? 'no ship' : 'done'
  const truth: TruthInstance[] = Array.from({ length: i % 3 === 0 ? instances : 0 }, (_, n) => ({
    ...{ id: randomUUID(), rle: at(n), area, colour: n % 12 },
    ...{ origin: 'drawn' as const, edited: false },
  }))
  for (const instance of truth) store.truth.put(id, instance)
  store.images.setStatus(id, status)
  if (i % 2 !== 0) return
  const run = Number(store.meta.get('current_run'))
  const predictions: Prediction[] = Array.from({ length: i === 0 || small ? instances : i % 3 }, (_, n) => ({
    ...{ id: randomUUID(), rle: at(n), area, colour: n % 12 },
    ...{ score: 0.5 + (n % 50) / 100, cluster: n, decision: null },
  }))
  store.runs.reach({ run, image: id, sha256: null, inference: null, doubt: null }, new Date().toISOString())
  store.predictions.replace(run, id, predictions)
  if (status === 'to do') return
  const masks = (of: readonly { rle: string }[]) => of.map(({ rle }) => parseRle(rle))
  const { f2, thresholds } = scoreImage(masks(truth), masks(predictions))
  store.scores.put(
    run,
    { image: id, f2, thresholds, ignoringF2: null, truthRevision: 0 },
    new Date().toISOString(),
  )
}
