import './worker-data.ts'
import { registerTag } from 'geotiff'

/** The one place that loads geotiff, and sets it up. */

// read with the directory: what the library reads later, it reads as if every file were little-endian
for (const [tag, name] of [
  [273, 'StripOffsets'],
  [279, 'StripByteCounts'],
  [324, 'TileOffsets'],
  [325, 'TileByteCounts'],
] as const) {
  registerTag(tag, name, undefined, true, true)
}

export { GeoTIFF, getDecoder } from 'geotiff'
