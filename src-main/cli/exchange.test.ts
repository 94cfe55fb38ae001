import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drydock } from '../testing/command.ts'
import { openBench } from '../testing/project.ts'

let folder = ''
let end = (): Promise<void> => Promise.resolve()
beforeAll(async () => {
  const size = { width: 20, height: 20, ships: [] }
  const bench = await openBench({ 'a.png': size, 'b.png': { ...size, shade: 30 } })
  ;({ folder, end } = bench)
  await bench.host.close()
  rmSync(join(bench.images, 'b.png'))
  writeFileSync(join(folder, 'truth.csv'), 'ImageId,EncodedPixels\na.png,1 10\nb.png,1 10\n')
})
afterAll(() => end())

test('an import names the images that cannot be read, and has failed in part', () => {
  const args = ['import', '--project', 'harbour', '--csv', 'truth.csv', '--existing', 'skip']
  const told = drydock(folder, ...args)
  expect([told.status, told.stdout]).toEqual([
    1,
    'Imported 1 instance on 1 image.\n1 image could not be read and left out: see above.\n',
  ])
  expect(told.stderr).toContain('b.png: b.png is not where it was.')
  const { status, stdout } = drydock(folder, ...args, '--json')
  expect(status).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ images: 0, skipped: 1, left_out_count: 1 },
    left_out: [{ image: 'b.png', reason: expect.stringContaining('Put it back') as string }],
  })
})

test('categories become what the options say, and one that is not there is named', () => {
  const box = [0, 0, 4, 0, 4, 4, 0, 4]
  const boxes = [1, 2, 3].map((id) => ({ id, image_id: 1, category_id: id, iscrowd: 0, segmentation: [box.map((v) => v + 5 * id)] })) // prettier-ignore
  const categories = ['boat', 'tug', 'buoy'].map((name, i) => ({ id: i + 1, name }))
  const images = [{ id: 1, file_name: 'a.png', width: 20, height: 20 }]
  writeFileSync(join(folder, 'coco.json'), JSON.stringify({ images, annotations: boxes, categories }))
  const args = ['import', '--project', 'harbour', '--labels', 'coco.json', '--existing', 'replace']
  expect(drydock(folder, ...args, '--map', 'yacht=ship')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('has no category yacht. It has boat, tug, buoy.') as string,
  })
  const { stdout, stderr } = drydock(folder, ...args, '--map', 'boat=ship', '--category', 'tug', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    instances: 3,
    categories: [
      { name: 'boat', instances: 1, to: 'ship', counts: false },
      { name: 'tug', instances: 1, to: 'tug', counts: true },
      { name: 'buoy', instances: 1, to: 'buoy', counts: false },
    ],
  })
  expect(stderr).toContain('boat becomes ship')
  // what is there already counts as it does: the ship, and the tug that came with it
  const { stdout: again } = drydock(folder, ...args, '--dry-run', '--json')
  expect(JSON.parse(again)).toMatchObject({
    categories: [{ to: 'boat' }, { to: 'tug', counts: true }, { to: 'buoy', counts: false }],
  })
})
