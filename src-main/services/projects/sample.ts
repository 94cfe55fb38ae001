import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import { imageStatus, split } from '../../contract/wire.ts'
import { openStore } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import { matchLabels } from '../exchange/label-reading.ts'
import type { ReadImage } from '../exchange/read-image.ts'
import { buildProject } from './making.ts'
import { DATABASE } from '../machinery/project.ts'
import type { Shared } from '../machinery/project.ts'

/** sample.json: what the truth alone does not say, by path relative to `images/`. */
const sampleFile = z.object({
  name: z.string(),
  images: z.array(z.object({ path: z.string(), status: imageStatus, split })),
})

/**
 * The sample project in the user's data folder, made on first use. Its images stay where Drydock is installed.
 * @returns the project's folder
 * @throws DrydockError `not_found` where this installation has no sample
 */
export async function sampleFolder(shared: Shared): Promise<string> {
  const folder = join(shared.userData, 'projects', 'sample.drydock')
  if (!existsSync(join(folder, DATABASE))) await makeSample(shared, folder, sampleImages(shared))
  return realpath(folder)
}

/** Drydock may have been installed elsewhere since. Before the sample is opened. */
export async function pointToSample(shared: Shared, folder: string): Promise<void> {
  const images = sampleImages(shared)
  const store = openStore(join(folder, DATABASE))
  try {
    if (store.meta.get('images_root') === images) return
    await store.write(() => store.meta.set('images_root', images))
  } finally {
    store.close()
  }
}

function sampleImages(shared: Shared): string {
  return join(shared.sample, 'images')
}

async function makeSample(shared: Shared, folder: string, images: string): Promise<void> {
  const text = await readFile(join(shared.sample, 'sample.json'), 'utf8').catch(() => null)
  if (text === null || !existsSync(images)) {
    throw new DrydockError(
      'not_found',
      'The sample project is missing from this installation of Drydock. Install Drydock again, or open a folder of your own images.',
    )
  }
  const described = sampleFile.parse(JSON.parse(text))
  const files = await shared.workers.run('listImages', { root: images })
  const targets = files.map(({ path }, i) => ({
    id: i,
    path,
    file: join(images, ...path.split('/')),
    size: null,
  }))
  const labels = new Map<number, ReadImage>()
  await matchLabels(join(shared.sample, 'truth.csv'), targets, 'airbus', labels)
  const truth = new Map([...labels.values()].map((image) => [image.path, image]))
  await buildProject(folder, { name: described.name, imagesRoot: images, files }, (store) => {
    store.meta.set('sample', 'yes')
    const ids = new Map(Array.from(store.images.all(), ({ id, path }) => [path, id]))
    for (const { path, status, split } of described.images) {
      const id = ids.get(path)
      if (id === undefined) continue
      store.images.setStatus(id, status)
      store.images.setSplit(id, split, 'file')
      putTruth(store, id, truth.get(path))
    }
  })
}

/** The sample's truth is there from the start: no gesture made it, and no undo takes it away. */
function putTruth(store: Store, id: number, labelled: ReadImage | undefined): void {
  for (const { rle, area, colour } of labelled?.masks ?? []) {
    store.truth.put(id, { id: randomUUID(), rle, area, colour, origin: 'imported', edited: false })
  }
}
