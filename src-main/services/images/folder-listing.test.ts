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
    // it is not read, which its row says, with how to convert it
    writeFileSync(join(folder, 'sub', 'T31.jp2'), 'x')
    symlinkSync('circle.png', join(folder, 'circle.png'))
    symlinkSync('nowhere.png', join(folder, 'dangling.png'))
    symlinkSync('sub', join(folder, 'folder.png'))
    symlinkSync('a.png', join(folder, 'link.png'))
    expect(listImages(folder).map(({ path, size }) => [path, size])).toEqual([
      ['a.png', 1],
      ['link.png', 1],
      ['sub/T31.jp2', 1],
      ['sub/b.JPG', 2],
    ])
    expect(listImages(join(folder, 'none'))).toEqual([])
    rmSync(folder, { recursive: true })
  },
)

test.skipIf(process.platform === 'win32')('links to folders are followed once, and never in a circle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-links-'))
  const [root, drive] = [join(folder, 'root'), join(folder, 'drive')]
  for (const one of [root, join(drive, 'north', 'deep'), join(drive, 'south'), join(drive, 'x.drydock')]) {
    mkdirSync(one, { recursive: true })
    writeFileSync(join(one, 'a.png'), 'x')
  }
  rmSync(join(root, 'a.png'))
  writeFileSync(join(drive, 'north', 'b.png'), 'x')
  symlinkSync(join(drive, 'north'), join(root, 'north'))
  symlinkSync(join(drive, 'south'), join(root, 'south'))
  symlinkSync(join(drive, 'north', 'deep'), join(root, 'again'))
  symlinkSync(join(drive, 'x.drydock'), join(root, 'project'))
  symlinkSync(root, join(drive, 'north', 'deep', 'back'))
  symlinkSync(folder, join(root, 'up'))
  symlinkSync('up', join(root, 'round'))
  const paths = listImages(root).map(({ path }) => path)
  // north/deep is again/, which comes first
  expect(paths).toEqual(['again/a.png', 'north/b.png', 'south/a.png'])
  mkdirSync(join(root, 'own'))
  writeFileSync(join(root, 'own', 'b.png'), 'x')
  symlinkSync('own', join(root, 'aaa'))
  expect(listImages(root).map(({ path }) => path)).toContain('own/b.png')
  expect(listImages(root)).toHaveLength(4)
  rmSync(folder, { recursive: true })
})
