import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'drydock-mutated-'))))
afterAll(() => rmSync(folder, { recursive: true }))

test('10,000 damaged TIFF files are read or refused with a reason, within 1 GiB', () => {
  // in a process of its own, whose peak is its own
  const module = pathToFileURL(join(import.meta.dirname, '..', 'testing', 'damaged-tiff.ts')).href
  const script = `
    const { decodeDamaged } = await import(${JSON.stringify(module)})
    const ends = await decodeDamaged(${JSON.stringify(join(folder, 'mutated.tif'))}, 1000, 10_000)
    console.log(JSON.stringify({ ends: [...ends.keys()].sort(), peak: process.resourceUsage().maxRSS }))`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(run.stderr).not.toContain('Error')
  const { ends, peak } = JSON.parse(run.stdout) as { ends: string[]; peak: number }
  expect(['image_broken', 'image_too_large', 'read']).toEqual(expect.arrayContaining(ends))
  expect(peak).toBeLessThan(1024 * 1024)
})
