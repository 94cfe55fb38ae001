import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withPixels } from './open.ts'
import { wholeOf } from './pixel-source.ts'

/** GDAL comes with Python's rasterio; where it is not at hand this is skipped, and says so. */
const hasTool = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'import rasterio'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'drydock-gdal-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes TIFF files of all kinds of packing, and each one's samples, [height, width, bands], as float64. */
const PYTHON = `
import itertools, json, sys
import numpy as np, rasterio
random = np.random.default_rng(1)
made = []
kinds = itertools.product(['uint8', 'uint16', 'int16', 'int32', 'float32', 'float64'],
                          ['none', 'deflate', 'lzw', 'zstd', 'packbits'], ['pixel', 'band'], [True, False])
for kind, compress, interleave, tiled in kinds:
    scale = 100 if kind.startswith('float') else 1
    samples = np.cumsum(random.integers(-3, 9, (3, 70, 90)), axis=2) % 250
    samples = (samples / scale).astype(kind)
    options = dict(compress=compress, interleave=interleave)
    if tiled: options.update(tiled=True, blockxsize=32, blockysize=16)
    if compress in ('deflate', 'lzw', 'zstd') and kind != 'float64': options['predictor'] = 3 if kind == 'float32' else 2
    name = f'{sys.argv[1]}/{kind}-{compress}-{interleave}-{tiled}'
    with rasterio.open(name + '.tif', 'w', driver='GTiff', width=90, height=70, count=3, dtype=kind, **options) as out:
        out.write(samples)
    np.ascontiguousarray(np.moveaxis(samples, 0, 2).astype('<f8')).tofile(name + '.raw')
    made.append(name)
print(json.dumps(made))
`

test.skipIf(!hasTool)(
  'TIFF files that GDAL writes hold what it wrote (skipped where Python has no rasterio)',
  async () => {
    const made = JSON.parse(execFileSync('python3', ['-c', PYTHON, folder], { encoding: 'utf8' })) as string[]
    expect(made).toHaveLength(120)
    for (const name of made) {
      const read = await withPixels(`${name}.tif`, (source) => source.read(wholeOf(source.size)))
      const { buffer } = new Uint8Array(readFileSync(`${name}.raw`))
      expect(Float64Array.from(read.data), name).toEqual(new Float64Array(buffer))
    }
  },
)
