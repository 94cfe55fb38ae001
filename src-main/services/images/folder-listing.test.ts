import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listImages } from './folder-listing.ts'

test.skipIf(process.platform === 'win32')(
  'what cannot be looked at is skipped, and the rest is listed',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'drydock-listing-'))
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'a.png'), 'x')
    writeFileSync(join(folder, 'sub', 'b.JPG'), 'xy')
    symlinkSync('circle.png', join(folder, 'circle.png'))
    symlinkSync('nowhere.png', join(folder, 'dangling.png'))
    symlinkSync('sub', join(folder, 'folder.png'))
    symlinkSync('a.png', join(folder, 'link.png'))
    expect(listImages(folder).map(({ path, size }) => [path, size])).toEqual([
      ['a.png', 1],
      ['link.png', 1],
      ['sub/b.JPG', 2],
    ])
    expect(listImages(join(folder, 'none'))).toEqual([])
    rmSync(folder, { recursive: true })
  },
)
