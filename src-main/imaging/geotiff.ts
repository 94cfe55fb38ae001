import threads from 'node:worker_threads'

/**
 * The one place that loads geotiff, and sets it up. It brings a package for worker threads of its own, which we do not use, and which
 * takes every thread for one that it has started, with data to start from; ours have none. Loaded by hand, so that this comes
 * first in a bundle too.
 */
if (!threads.isMainThread && threads.workerData === undefined) Object.assign(threads, { workerData: {} })

const { GeoTIFF, GeoTIFFImage, getDecoder, registerTag } = await import('geotiff')

// read with the directory: what the library reads later, it reads as if every file were little-endian
for (const [tag, name] of [
  [273, 'StripOffsets'],
  [279, 'StripByteCounts'],
  [324, 'TileOffsets'],
  [325, 'TileByteCounts'],
  [330, 'SubIFDs'],
] as const) {
  registerTag(tag, name, undefined, true, true)
}

export { GeoTIFF, GeoTIFFImage, getDecoder }
