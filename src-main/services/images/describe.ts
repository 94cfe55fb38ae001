import { DrydockError } from '../../contract/errors.ts'
import type { Band, Mapping } from '../../contract/wire.ts'
import { pixelMetres } from '../../core/places/places.ts'
import { mappingFor, readRgb } from '../../imaging/decode.ts'
import { assertSize, MAX_PIXELS } from '../../imaging/failures.ts'
import { georeferenceFor } from '../../imaging/georeference.ts'
import { withPixels } from '../../imaging/open.ts'
import type { PixelSource } from '../../imaging/pixel-source.ts'

/** One pixel of a file: what is stored there, and what is seen. */
export interface DescribedPixel {
  x: number
  y: number
  /** of all bands; null: no number there */
  samples: (number | null)[]
  rgb: number[]
}

/** What a file holds, and how it is shown when nobody has chosen otherwise. */
export interface DescribedImage {
  width: number
  height: number
  bands: Pick<Band, 'name' | 'type' | 'nodata'>[]
  pages: number
  /** `pixel_metres`: side of a pixel on the ground; null where that is not known */
  georeference: { crs: string | null; pixel_metres: number | null } | null
  mapping: Mapping
  /** in the order asked for */
  pixels: DescribedPixel[]
}

/**
 * Looks into an image file, without a project.
 * @param asked pixels to read
 * @throws DrydockError `image_missing`, `image_broken`, `image_too_large`, `bad_input` (a pixel outside the image)
 */
export function describeImage(
  file: string,
  asked: readonly { x: number; y: number }[],
): Promise<DescribedImage> {
  return withPixels(file, async (source) => {
    const { size, bands, pages } = source
    assertSize(file, size, MAX_PIXELS)
    const mapping = await mappingFor(source)
    const pixels: DescribedPixel[] = []
    for (const pixel of asked) pixels.push(await describePixel(source, mapping, pixel))
    const georeference = await georeferenceFor(source)
    const metres = georeference && pixelMetres(georeference, size)
    return {
      ...size,
      bands: bands.map(({ name, type, nodata }) => ({ name, type, nodata })),
      pages,
      georeference: georeference && {
        crs: georeference.crs,
        pixel_metres: metres && Math.sqrt(metres.x * metres.y),
      },
      mapping,
      pixels,
    }
  })
}

async function describePixel(
  source: PixelSource,
  mapping: Mapping,
  { x, y }: { x: number; y: number },
): Promise<DescribedPixel> {
  const { width, height } = source.size
  if (x >= width || y >= height) {
    throw new DrydockError(
      'bad_input',
      `There is no pixel ${x},${y}: the image is ${width} x ${height} pixels, counted from 0.`,
      { x, y, width, height },
    )
  }
  const window = { x, y, width: 1, height: 1 }
  const { data } = await source.read(window)
  const { data: rgb } = await readRgb(source, mapping, window)
  return {
    x,
    y,
    samples: Array.from(data, (value) => (Number.isFinite(value) ? value : null)),
    rgb: [...rgb],
  }
}
