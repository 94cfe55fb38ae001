import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { formatRle, fromPredicate } from '../../core/mask/rle.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { randomFrom, wholeBetween } from '../../core/random.ts'
import type { Random } from '../../core/random.ts'
import { rleToCompressed } from '../../formats/coco-counts.ts'
import { NO_GROUND } from '../../formats/format.ts'
import type { ImageToWrite } from '../../formats/format.ts'
import { formatOf } from '../../formats/registry.ts'
import { BACKEND_ENVIRONMENT, backendArguments } from '../../locations.ts'
import { createStore } from '../../store/store.ts'
import { makeLargeFolder } from '../../testing/large-project.ts'
import { hostIn, settled } from '../../testing/project.ts'
import { DATABASE } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import { convertLabels } from './convert.ts'
import { importLabels } from './import.ts'
import { matchLabels } from './label-reading.ts'
import { ShelfFile } from './label-shelf.ts'
import { writeWith } from './label-sink.ts'
import { previewImport } from './preview.ts'
import { NO_IMAGES, openSource } from './label-source.ts'

/**
 * Label files as large as the largest data sets: what a preview reads, what an import into a project takes, and a conversion against
 * the same in Python. FORMATS_IMAGES: another number of images than 200,000.
 */

const IMAGES = Number(process.env['FORMATS_IMAGES'] ?? 200_000)
const INSTANCES = 1.5 * IMAGES

/** The file that an image of the project has; a few dozen contents are shared by all. */
const nameOf = (i: number): string => `part ${Math.floor(i / 1000)}/sea ${i}.png`

const SIDE = 768
const SIZE = { width: SIDE, height: SIDE }
const folder = mkdtempSync(join(tmpdir(), 'drydock-formats-'))

function ship(random: Random): Rle {
  const box = {
    x: wholeBetween(random, 0, SIDE - 80),
    y: wholeBetween(random, 0, SIDE - 80),
    width: wholeBetween(random, 8, 60),
    height: wholeBetween(random, 6, 30),
  }
  const slant = random() - 0.5
  return fromPredicate(SIZE, (x, y) => Math.abs(y - box.y - 15 - slant * (x - box.x)) < box.height / 2, {
    ...box,
    height: 80,
  })
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now()
  const result = await work()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const memory = Math.round(process.memoryUsage.rss() / 2 ** 20)
  console.log(`${what}: ${seconds} s, ${memory} MiB in use`)
  return result
}

async function withShelf<T>(work: (shelf: ShelfFile) => Promise<T>): Promise<T> {
  const shelf = new ShelfFile(join(folder, 'shelf'))
  try {
    return await work(shelf)
  } finally {
    shelf.close()
  }
}

/** Annotations of random images first, then the images: no order helps the reader. */
async function writeCoco(file: string, images: number, instances: number): Promise<void> {
  const random = randomFrom(1)
  const shapes = Array.from({ length: 500 }, () => rleToCompressed(ship(random), SIDE * SIDE))
  const out = createWriteStream(file)
  const put = async (text: string): Promise<void> => {
    if (!out.write(text)) await new Promise((resolve) => out.once('drain', () => resolve(undefined)))
  }
  await put('{"categories":[{"id":1,"name":"ship"}],"annotations":[')
  for (let i = 0; i < instances; i++) {
    const counts = JSON.stringify(shapes[i % shapes.length])
    const segmentation = `{"size":[${SIDE},${SIDE}],"counts":${counts}}`
    const image = wholeBetween(random, 1, images)
    await put(
      `${i === 0 ? '' : ','}{"id":${i + 1},"image_id":${image},"category_id":1,"iscrowd":0,"segmentation":${segmentation}}`,
    )
  }
  await put('],"images":[')
  for (let i = 1; i <= images; i++) {
    await put(
      `${i === 1 ? '' : ','}{"id":${i},"file_name":"${nameOf(i - 1)}","width":${SIDE},"height":${SIDE}}`,
    )
  }
  out.end(']}')
  await finished(out)
}

async function writeAirbus(file: string, images: number): Promise<void> {
  const random = randomFrom(2)
  const shapes = Array.from({ length: 500 }, () => formatRle(ship(random)))
  const out = createWriteStream(file)
  out.write('ImageId,EncodedPixels\n')
  for (let i = 0; i < images; i++) {
    const ships = wholeBetween(random, 0, 3)
    if (ships === 0) out.write(`${i}.jpg,\n`)
    for (let j = 0; j < ships; j++) out.write(`${i}.jpg,${shapes[(i + j) % shapes.length]}\n`)
  }
  out.end()
  await finished(out)
}

/** Reads rows and writes COCO, as `convert` does for images whose sizes are known. @returns instances */
async function toCoco(file: string, out: string): Promise<number> {
  const source = await openSource(file, NO_IMAGES)
  let instances = 0
  const images = async function* (): AsyncGenerator<ImageToWrite> {
    for await (const image of formatOf('airbus').read(source, () => undefined)) {
      instances += image.instances.length
      yield {
        name: image.names[0]!,
        size: SIZE,
        instances: image.instances,
        ground: () => Promise.resolve(NO_GROUND),
      }
    }
  }
  await writeWith(out, formatOf('coco-rle'), (sink) => formatOf('coco-rle').write(images(), sink, []))
  return instances
}

/** Makes a project of so many images that were read before, none of them marked. @returns its folder */
async function makeProject(images: string): Promise<string> {
  await makeLargeFolder(images, IMAGES)
  const project = `${images}.drydock`
  mkdirSync(project)
  const store = createStore(join(project, DATABASE))
  await store.write(() => {
    store.meta.set('name', 'large')
    store.meta.set('images_root', images)
    store.meta.set('created_at', new Date().toISOString())
    const mapping = { bands: [1, 2, 3], low: [0, 0, 0], high: [255, 255, 255], nodata: null }
    for (let i = 0; i < IMAGES; i++) {
      const { size, mtimeMs: mtime } = statSync(join(images, nameOf(i)))
      const id = store.images.add({ path: nameOf(i), size, mtime })
      store.images.setContent(id, createHash('sha256').update(nameOf(i)).digest('hex'), SIDE, SIDE)
      store.images.setSplit(id, 'train', 'chance')
      store.images.setFile(id, { size, mtime }, 'ok', null)
      store.pixels.setMapping(id, { ...mapping, rule: '', byHand: false }, '')
    }
  })
  store.close()
  return project
}

/** Writes twenty times a second, as a person's gestures do, and says how long each took. */
function writingMeanwhile({ store }: Project): { told(): Promise<string> } {
  const took: number[] = []
  const over = new AbortController()
  const writing = (async () => {
    while (!over.signal.aborted) {
      const start = performance.now()
      await setImmediate()
      await store.write(() => store.meta.set('name', `large ${took.length}`))
      took.push(performance.now() - start)
      await setTimeout(50)
    }
  })()
  return {
    async told() {
      over.abort()
      await writing
      const sorted = took.toSorted((a, b) => a - b)
      const at = (part: number): string => (sorted[Math.floor(part * (sorted.length - 1))] ?? 0).toFixed(0)
      return `${took.length} gestures meanwhile were saved in ${at(0.5)} ms, 99 of 100 in ${at(0.99)} ms, all in ${at(1)} ms`
    },
  }
}

/** Previews and imports the file as the window does, in a process that is started as the backend is. */
async function importInto(project: string, coco: string): Promise<void> {
  const host = hostIn(dirname(project))
  try {
    const opened = await host.openProject(project)
    await settled(opened)
    const { token } = await timed('preview in a project', () => previewImport(opened, coco))
    const wanted = { token, what: 'truth', existing: 'skip' } as const
    const waits = writingMeanwhile(opened)
    const result = await timed('import of it (must: 60 s, under 1024 MiB)', () =>
      importLabels(opened, wanted),
    )
    console.log(await waits.told())
    console.log(`${result.images} images, ${result.instances} instances imported`)
  } finally {
    await host.close()
  }
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(`at most ${peak} MiB in all`)
}

const PYTHON = `
import csv, json, sys
from pycocotools import mask as m
images, annotations, ids = [], [], {}
for row in csv.DictReader(open(sys.argv[1])):
    name = row['ImageId']
    if name not in ids:
        ids[name] = len(ids) + 1
        images.append({'id': ids[name], 'file_name': name, 'width': ${SIDE}, 'height': ${SIDE}})
    if not row['EncodedPixels']: continue
    runs = list(map(int, row['EncodedPixels'].split()))
    counts, at = [], 0
    for start, length in zip(runs[::2], runs[1::2]):
        counts += [start - 1 - at, length]
        at = start - 1 + length
    counts.append(${SIDE * SIDE} - at)
    rle = m.frPyObjects({'size': [${SIDE}, ${SIDE}], 'counts': counts}, ${SIDE}, ${SIDE})
    annotations.append({'id': len(annotations) + 1, 'image_id': ids[name], 'category_id': 1, 'iscrowd': 0,
        'area': int(m.area(rle)), 'bbox': list(m.toBbox(rle)), 'segmentation': {'size': rle['size'], 'counts': rle['counts'].decode()}})
json.dump({'images': images, 'annotations': annotations, 'categories': [{'id': 1, 'name': 'ship'}]}, open(sys.argv[2], 'w'))
`

async function measure(): Promise<void> {
  const coco = join(folder, 'coco.json')
  await writeCoco(coco, IMAGES, INSTANCES)
  console.log(`COCO of ${Math.round(statSync(coco).size / 1e6)} MB, in no order`)
  const targets = Array.from({ length: IMAGES }, (_, i) => ({
    ...{ id: i + 1, path: nameOf(i), file: '', size: SIZE },
  }))
  const read = await timed(
    `what a COCO file of ${IMAGES} images and ${INSTANCES} instances says (must: 15 s, under 1024 MiB)`,
    () => withShelf((shelf) => matchLabels(coco, targets, null, shelf)),
  )
  console.log(`${read.images} images, ${read.instances} instances, ${read.brokenCount} broken`)

  const project = await makeProject(join(folder, 'images'))
  const began = backendArguments(fileURLToPath(import.meta.url))
  const backend = spawnSync(process.execPath, [...began, project, coco], {
    stdio: 'inherit',
    env: { ...process.env, ...BACKEND_ENVIRONMENT },
  })
  if (backend.status !== 0) throw new Error('the import failed')

  const airbus = join(folder, 'airbus.csv')
  await writeAirbus(airbus, 40_000)
  const out = join(folder, 'out.json')
  const { images } = await timed('convert the same COCO file to COCO run lengths', () =>
    convertLabels(
      { from: coco, to: 'coco-rle', out },
      { signal: new AbortController().signal, onLosses: () => undefined, onProgress: () => undefined },
    ),
  )
  console.log(`${images} images`)
  // sizes come from a label file that says them, as 40,000 pictures would only measure the disk
  const ours = await timed('40,000 images of Airbus rows to COCO run lengths', () => toCoco(airbus, out))
  console.log(`${ours} instances`)
  const start = performance.now()
  const python = spawnSync('python3', ['-c', PYTHON, airbus, join(folder, 'python.json')], {
    encoding: 'utf8',
  })
  if (python.status !== 0) console.log('Python with pycocotools: not at hand, so not compared')
  else
    console.log(`the same in Python with pycocotools: ${((performance.now() - start) / 1000).toFixed(1)} s`)
}

const [project, coco] = process.argv.slice(2)
try {
  if (project !== undefined && coco !== undefined) await importInto(project, coco)
  else await measure()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
