import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabelFormatId } from '../contract/label-formats.ts'
import type { Size } from '../core/mask/rle.ts'
import { readAirbus } from '../formats/airbus.ts'
import { formatOf } from '../formats/registry.ts'
import { root } from '../locations.ts'
import { memorySink } from './labels.ts'
import type { LabelFiles } from './labels.ts'

/** The three images that the example label files are of. */
export const IMAGES: Record<string, Size> = {
  'a.png': { width: 40, height: 30 },
  'sub/b.png': { width: 64, height: 48 },
  'empty.png': { width: 20, height: 20 },
}

/** The example masks as files of a format, written by Drydock. */
export async function exampleOf(id: LabelFormatId): Promise<LabelFiles> {
  const truth = readAirbus(readFileSync(join(root, 'src-main', 'testing', 'labels', 'truth.csv')))
  const { sink, files } = memorySink()
  const images = (async function* () {
    for (const [name, size] of Object.entries(IMAGES)) {
      const instances = (truth.images.get(name) ?? []).map(({ rle }, i) => ({
        rle,
        category: i === 1 ? 'tug' : 'ship',
        score: i === 0 ? 0.5 : null,
      }))
      const ground = () => Promise.resolve({ places: null, pixelMetres: { x: 0.5, y: 0.5 } })
      yield await Promise.resolve({ name, size, instances, ground })
    }
  })()
  await formatOf(id).write(images, sink, [])
  return files
}
