import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { makeSyntheticScene } from '../../core/synthetic/scene.ts'
import { idOf, makeBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { trainingPreview } from '../train/train-job.ts'
import type { Project } from '../machinery/project.ts'
import { rescan } from './scan.ts'
import { regroup, settleGroups, similarGroups } from './similar.ts'
import { freezeSplits, setSplit } from './split.ts'

let bench: Bench
afterEach(() => bench.end())

/** Writes scenes of 128 px by their path; the number names the scene. */
async function write(scenes: Record<string, number | { crop: [number, number] }>): Promise<void> {
  const whole = makeSyntheticScene(5, { width: 384, height: 384 }).image
  for (const [path, scene] of Object.entries(scenes)) {
    const file = join(bench.images, ...path.split('/'))
    await mkdir(dirname(file), { recursive: true })
    const { width, height, data } =
      typeof scene === 'number' ? makeSyntheticScene(100 + scene, { width: 128, height: 128 }).image : whole
    const picture = sharp(data, { raw: { width, height, channels: 3 } })
    if (typeof scene !== 'number') {
      picture.extract({ left: scene.crop[0], top: scene.crop[1], width: 128, height: 128 })
    }
    await picture.toFile(file)
  }
}

async function open(scenes: Parameters<typeof write>[0]): Promise<Project> {
  bench = await makeBench({})
  await write(scenes)
  const project = await bench.host.openProject(bench.images)
  await settled(project)
  return project
}

async function finish(project: Project, ...paths: string[]): Promise<void> {
  for (const path of paths) {
    await project.store.write(() => project.store.images.setStatus(idOf(project, path), 'no ship'))
  }
}

const splitAt = (project: Project, path: string) => project.store.images.get(idOf(project, path))!.split

test('images of one scene go to one side and newcomers join them; what was trained on and is held out is named', async () => {
  const crops = Object.fromEntries(
    [0, 1, 2].flatMap((r) =>
      [0, 1, 2].map((c) => [`${r}${c}.png`, { crop: [c * 64, r * 64] as [number, number] }]),
    ),
  )
  const lone = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`lone-${i}.png`, i]))
  const project = await open({ ...crops, ...lone })
  await finish(project, ...Object.keys(crops).slice(0, 8), ...Object.keys(lone))
  await settleGroups(project)
  const { groups, count } = await similarGroups(project)
  expect([count, groups[0]!.images.length, groups[0]!.why]).toEqual([13, 8, 'same pixels'])
  const side = splitAt(project, '00.png')
  expect(
    Object.keys(crops)
      .slice(0, 8)
      .every((path) => splitAt(project, path) === side),
  ).toBe(true)
  expect(await trainingPreview(project)).toMatchObject({ groups: 13, frozen: false, unlooked: 0, leaks: [] })

  // a person moves the whole group
  await setSplit(project, idOf(project, '00.png'), 'hold-out')
  expect(splitAt(project, '11.png')).toBe('hold-out')
  await freezeSplits(project)
  await expect(setSplit(project, idOf(project, '11.png'), 'train')).rejects.toMatchObject({
    code: 'bad_input',
  })

  // one more crop, and a copy of an image that was trained on, in a folder that says otherwise
  const trained = Object.keys(lone).find((path) => splitAt(project, path) === 'train')!
  const { sha256 } = project.store.images.get(idOf(project, trained))!
  await project.store.write(() => project.store.similar.noteTrained(sha256!, ''))
  await write({ 'test/copy.png': lone[trained]! })
  await project.jobs.finished(await rescan(project))
  await finish(project, '22.png', 'test/copy.png')
  await settleGroups(project)
  expect(splitAt(project, '22.png')).toBe('hold-out')
  expect(splitAt(project, 'test/copy.png')).toBe('hold-out')
  const preview = await trainingPreview(project)
  expect(preview).toMatchObject({ frozen: true, leakCount: 1 })
  expect(preview.leaks).toEqual([{ image: 'test/copy.png', split: 'hold-out', like: trained, trained: true }])
  await expect(setSplit(project, idOf(project, trained), 'hold-out')).rejects.toMatchObject({
    code: 'bad_input',
  })
})

test('folders name the split; a person takes a group apart and puts one together', async () => {
  const project = await open({
    'val/a.png': 1,
    'train/b.png': 2,
    'a/test/c.png': 3,
    'd.png': 4,
    'copy.png': 4,
  })
  expect([
    splitAt(project, 'val/a.png'),
    splitAt(project, 'train/b.png'),
    splitAt(project, 'a/test/c.png'),
  ]).toEqual(['validation', 'train', 'hold-out'])
  await finish(project, 'd.png', 'copy.png', 'train/b.png')
  await settleGroups(project)
  const sizes = async () => (await similarGroups(project)).groups.map(({ images }) => images.length)
  expect(await sizes()).toEqual([2, 1])
  await regroup(project, [idOf(project, 'copy.png')], 'apart')
  expect(await sizes()).toEqual([1, 1, 1])
  await regroup(project, [idOf(project, 'copy.png'), idOf(project, 'train/b.png')], 'together')
  expect(await sizes()).toEqual([2, 1])
  await regroup(project, [idOf(project, 'copy.png'), idOf(project, 'train/b.png')], 'as found')
  expect(await sizes()).toEqual([2, 1])
})

test('the only finished image is trained on, or it is said where it is', async () => {
  const project = await open({ 'test/a.png': 1, 'b.png': 2 })
  await finish(project, 'test/a.png')
  expect(await trainingPreview(project)).toMatchObject({
    refusal: expect.stringContaining('your 1 finished image is in the hold-out') as string,
  })
  await settled(project)
  await finish(project, 'b.png')
  const preview = await trainingPreview(project)
  expect(preview).toMatchObject({ used: 1, validation: 0, holdOut: 1, validates: 'nothing' })
  await settled(project)
})
