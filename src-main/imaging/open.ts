import { open } from 'node:fs/promises'
import { assertReadable, notRead } from './failures.ts'
import type { PixelSource } from './pixel-source.ts'
import { openWithSharp } from './sharp-source.ts'

/**
 * Opens an image file; whatever its name says, its first bytes decide. To be closed.
 * @throws DrydockError `image_missing`, `image_broken` (no image, damaged, or of a kind that is not read: with the reason)
 */
export async function openPixels(file: string): Promise<PixelSource> {
  await assertReadable(file)
  const head = await firstBytes(file)
  if (isTiff(head)) {
    // a library that most folders of images never need
    const { openTiff } = await import('./tiff-source.ts')
    return openTiff(file)
  }
  if (isJpeg2000(head)) {
    throw notRead(
      file,
      'it is JPEG 2000. Make a copy that is read: gdal_translate -co COMPRESS=DEFLATE -co TILED=YES IN.jp2 OUT.tif',
    )
  }
  return openWithSharp(file)
}

/** Opens an image file, hands it to `use`, and closes it whatever happens. @throws as {@link openPixels} and `use` */
export async function withPixels<T>(file: string, use: (source: PixelSource) => Promise<T>): Promise<T> {
  const source = await openPixels(file)
  try {
    return await use(source)
  } finally {
    await source.close()
  }
}

async function firstBytes(file: string): Promise<Uint8Array> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(12), 0, 12, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Whether the first bytes of a file are those of a TIFF, big or not. */
function isTiff(head: Uint8Array): boolean {
  return ['73 73 42 0', '73 73 43 0', '77 77 0 42', '77 77 0 43'].includes(head.subarray(0, 4).join(' '))
}

/** A JP2 file, or a bare codestream. */
function isJpeg2000(head: Uint8Array): boolean {
  const starts = (bytes: readonly number[]): boolean => bytes.every((byte, i) => head[i] === byte)
  return starts([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20]) || starts([0xff, 0x4f, 0xff, 0x51])
}
