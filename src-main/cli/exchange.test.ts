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
