import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DrydockError } from '../contract/errors.ts'

/**
 * SHA-256 of a file's bytes, 64 hexadecimal digits; the identity of an image's content.
 * @throws DrydockError `image_missing`
 */
export async function contentHash(file: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  } catch (cause) {
    throw new DrydockError(
      'image_missing',
      `${basename(file)} cannot be read. Put it back, or point Drydock to the folder where it is now.`,
      { file },
      cause,
    )
  }
  return hash.digest('hex')
}
