import type { ImageFacts } from '../contract/wire.ts'
import { georeferenceFor } from './georeference.ts'
import type { PixelSource } from './pixel-source.ts'

/** What a file holds beneath its pixels, to be kept: nothing of it needs a second look at the file. */
export async function factsOf(source: PixelSource): Promise<ImageFacts> {
  const { bands, pages, photometric } = source
  const kind = [photometric, ...bands.map(({ name, type, bits }) => `${name} ${type} ${bits}`)].join('; ')
  return { bands: [...bands], pages, georeference: await georeferenceFor(source), kind }
}
