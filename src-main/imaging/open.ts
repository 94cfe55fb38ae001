import { open } from 'node:fs/promises'
import { notAnImage, notOpened, notRead } from './failures.ts'
import type { PixelSource } from './pixel-source.ts'
import { openWithSharp } from './sharp-source.ts'

/** A file of up to so many bytes is read at once. */
const READ_WHOLE = 16 * 2 ** 20

/** They tell the kinds of images apart. */
const HEAD_BYTES = 12

/**
 * Opens an image file; whatever its name says, its first bytes decide. To be closed.
 * @throws DrydockError `image_missing`, `image_broken` (no image, damaged, or of a kind that is not read: with the reason)
 */
export async function openPixels(file: string): Promise<PixelSource> {
  const { head, bytes } = await firstBytes(file)
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
  return openWithSharp(file, { bytes })
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

/** The first bytes of a file; all of them where it is small and not called a TIFF, so that it is opened and read once only. */
async function firstBytes(file: string): Promise<{ head: Uint8Array; bytes: Uint8Array | null }> {
  const handle = await open(file).catch((cause: unknown) => {
    throw notOpened(file, cause)
  })
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw notAnImage(file)
    const whole = found.size <= READ_WHOLE && !/\.tiff?$/i.test(file)
    const wanted = Buffer.allocUnsafeSlow(whole ? found.size : HEAD_BYTES)
    const { buffer, bytesRead } = await handle.read(wanted, 0, wanted.length, 0)
    const bytes = buffer.subarray(0, bytesRead)
    return { head: bytes.subarray(0, HEAD_BYTES), bytes: whole ? bytes : null }
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
