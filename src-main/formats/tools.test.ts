import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { LabelFormatId } from '../contract/label-formats.ts'
import { areaOf, fromPredicate, pixelsOf } from '../core/mask/rle.ts'
import { memorySink } from '../testing/labels.ts'
import { NO_GROUND } from './format.ts'
import { formatOf } from './registry.ts'

/** What is written, as the tools themselves read it; where Python has none of them this is skipped, and says so. */

const folder = mkdtempSync(join(tmpdir(), 'drydock-tools-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function has(modules: string): boolean {
  try {
    execFileSync('python3', ['-c', `import ${modules}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const SIZE = { width: 31, height: 23 }
const INSTANCES = [
  // a hole, two parts, one pixel
  {
    rle: fromPredicate(
      SIZE,
      (x, y) => x > 2 && x < 12 && y > 3 && y < 15 && !(x > 5 && x < 8 && y > 6 && y < 9),
    ),
    category: 'ship',
    score: null,
  },
  { rle: fromPredicate(SIZE, (x, y) => y === 20 && x !== 9), category: 'tug "b\u00f6"', score: null },
  { rle: fromPredicate(SIZE, (x, y) => x === 30 && y === 22), category: 'ship', score: null },
]

async function written(id: LabelFormatId): Promise<string> {
  const { sink, files } = memorySink()
  const images = async function* () {
    yield { name: 'sub/a.png', size: SIZE, instances: INSTANCES, ground: () => Promise.resolve(NO_GROUND) }
    yield { name: 'none.png', size: SIZE, instances: [], ground: () => Promise.resolve(NO_GROUND) }
  }
  await formatOf(id).write(images(), sink, [])
  const [bytes] = [...files.values()]
  const file = join(folder, `${id}.json`)
  writeFileSync(file, bytes!)
  return file
}

function python(script: string, file: string): unknown[] {
  return z
    .array(z.unknown())
    .parse(JSON.parse(execFileSync('python3', ['-c', script, file], { encoding: 'utf8' })))
}

const COCO = `
import contextlib, json, sys, io
from pycocotools.coco import COCO
with contextlib.redirect_stdout(io.StringIO()): coco = COCO(sys.argv[1])
image = next(i for i in coco.dataset['images'] if i['file_name'] == 'sub/a.png')
found = coco.loadAnns(coco.getAnnIds(imgIds=[image['id']]))
names = [coco.loadCats(a['category_id'])[0]['name'] for a in found]
# column by column, as masks are counted
pixels = [coco.annToMask(a).T.ravel().nonzero()[0].tolist() for a in found]
print(json.dumps([len(coco.imgs), names, [a['area'] for a in found], pixels]))
`

test.skipIf(!has('pycocotools.coco'))(
  'pycocotools reads COCO files as they are meant (skipped where Python has none)',
  async () => {
    const whole = INSTANCES.map(({ rle }) => areaOf(rle))
    const categories = INSTANCES.map(({ category }) => category)
    // y + x * height of each pixel: ours count from (x, y) along the rows
    const pixels = INSTANCES.map(({ rle }) =>
      [...pixelsOf(rle, SIZE)]
        .map((pixel) => (pixel % SIZE.width) * SIZE.height + Math.floor(pixel / SIZE.width))
        .sort((a, b) => a - b),
    )
    expect(python(COCO, await written('coco-rle'))).toEqual([2, categories, whole, pixels])
    // pycocotools fills outlines by a rule of its own: their pixels differ along edges
    const outlined = python(COCO, await written('coco-polygons'))
    expect(outlined.slice(0, 3)).toEqual([2, categories, whole])
  },
)

const OGR = `
import json, sys, pyogrio, shapely
meta, _, geometry, fields = pyogrio.raw.read(sys.argv[1])
shapes = shapely.from_wkb(geometry)
print(json.dumps([[shapely.area(one), bool(shapely.is_valid(one))] for one in shapes if one is not None]))
`

test.skipIf(!has('pyogrio, shapely'))(
  'GDAL reads GeoJSON files as they are meant, holes and parts included (skipped where Python has no pyogrio and shapely)',
  async () => {
    const expected = INSTANCES.map(({ rle }) => [areaOf(rle), true])
    expect(python(OGR, await written('geojson'))).toEqual(expected)
  },
)
