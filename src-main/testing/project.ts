import { mkdtempSync, rmSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImageDetail } from '../contract/wire.ts'
import { unpackDetail } from '../core/packed-detail.ts'
import { getImage } from '../services/annotate/image-detail.ts'
import { createHost } from '../services/projects/host.ts'
import type { Host } from '../services/projects/host.ts'
import { Sessions } from '../services/projects/session.ts'
import type { Project } from '../services/machinery/project.ts'
import { testEngine } from './engine.ts'
import type { TestEngine } from './engine.ts'
import { writeImages } from './images.ts'
import type { TestImage } from './images.ts'
import { writeModel } from './model.ts'

/** A folder of images and a host, in a temporary folder. */
export interface Bench {
  folder: string
  /** the folder of images */
  images: string
  userData: string
  host: Host
  engine: TestEngine
  /** what was logged, but for what was slow: that is the machine's affair */
  log: string[]
  /** closes the host, deletes the folder */
  end(): Promise<void>
}

/** One image with two ships, one without. */
export const TWO_IMAGES: Record<string, TestImage> = {
  'a.png': {
    width: 60,
    height: 40,
    ships: [
      { x: 5, y: 5, width: 10, height: 6 },
      { x: 30, y: 20, width: 8, height: 12 },
    ],
  },
  'sub/b.png': { width: 50, height: 50, ships: [] },
}

/** Makes images, a model and a host. */
export async function makeBench(images: Record<string, TestImage> = TWO_IMAGES): Promise<Bench> {
  const folder = await realpath(mkdtempSync(join(tmpdir(), 'drydock-test-')))
  const root = join(folder, 'harbour')
  await writeImages(root, images)
  await writeModel(join(folder, 'base-model'), 'base')
  const engine = testEngine()
  const log: string[] = []
  const userData = join(folder, 'user')
  const host = hostIn(folder, engine, log)
  return {
    ...{ folder, images: root, userData, host, engine, log },
    async end() {
      await host.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** All hosts of a test are of one process. */
const sessions = new Sessions()

/** Another host on the same folders, as after a restart. */
export function hostIn(folder: string, engine: TestEngine = testEngine(), log: string[] = []): Host {
  return createHost({
    ...{ engine, sessions },
    userData: join(folder, 'user'),
    baseModel: join(folder, 'base-model'),
    sample: join(folder, 'sample'),
    log: (line) => {
      if (!/^slow (read|statement): /.test(line)) log.push(line)
    },
  })
}

/** A bench with its project open and all images read. */
export async function openBench(images?: Record<string, TestImage>): Promise<Bench & { project: Project }> {
  const bench = await makeBench(images)
  const project = await bench.host.openProject(bench.images)
  await settled(project)
  return { ...bench, project }
}

/** Waits until no job runs. */
export async function settled(project: Project): Promise<void> {
  for (const { id } of project.jobs.running()) await project.jobs.finished(id)
}

/** Id of the image at this path. */
export function idOf(project: Project, path: string): number {
  const image = [...project.store.images.all()].find((one) => one.path === path)
  if (!image) throw new Error(`no image ${path}`)
  return image.id
}

/** Everything about one image that its view needs. */
export async function detailOf(project: Project, id: number): Promise<ImageDetail> {
  return unpackDetail(await getImage(project, id))
}
