import { basename } from 'node:path'
import { DrydockError } from '../contract/errors.ts'

/** Largest image that is opened, in pixels. */
export const MAX_PIXELS = 64_000_000

/** @throws DrydockError `image_too_large`: decided from the header alone, before any pixel is read */
export function assertSize(file: string, size: { width: number; height: number }, maxPixels: number): void {
  if (size.width * size.height <= maxPixels) return
  const limit = Math.floor(maxPixels / 1e6)
  throw new DrydockError(
    'image_too_large',
    `${basename(file)} is ${size.width} x ${size.height} pixels; Drydock opens images of up to ${limit} megapixels. The file is unchanged: cut it into smaller images and add those.`,
    { file, width: size.width, height: size.height, maxPixels },
  )
}

/** The failure of reading pixels as a sentence. */
export function brokenImage(file: string, cause: unknown): DrydockError {
  if (cause instanceof DrydockError) return cause
  return new DrydockError(
    'image_broken',
    `${basename(file)} is damaged or cut off, so its pixels cannot be read. It is left out; put a whole copy in its place and look at the folder again.`,
    { file },
    cause,
  )
}

/** A file that is whole but of a kind that is not read. @param reason what kind, and what to do: sentences */
export function notRead(file: string, reason: string): DrydockError {
  return new DrydockError('image_broken', `${basename(file)} is not read: ${reason}`, { file })
}

export function withoutNumbers(file: string): DrydockError {
  return new DrydockError(
    'image_broken',
    `${basename(file)} holds no numbers: every sample is NaN or infinite, so there is nothing to see in it. It is left out; put another copy in its place and look at the folder again.`,
    { file },
  )
}

export function notAnImage(file: string, cause?: unknown): DrydockError {
  return new DrydockError(
    'image_broken',
    `${basename(file)} is not an image that Drydock reads (JPEG, PNG, TIFF, WebP), or it is damaged. It is left out; replace it and look at the folder again.`,
    { file },
    cause,
  )
}

/** The failure of opening a file as a sentence: `image_missing`, `image_broken`. */
export function notOpened(file: string, cause: unknown): DrydockError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  if (code === 'EISDIR') return notAnImage(file, cause)
  const denied = code === 'EACCES' || code === 'EPERM'
  return new DrydockError(
    denied ? 'image_broken' : 'image_missing',
    denied
      ? `${basename(file)} may not be read by you. Give yourself permission to read it and look at the folder again.`
      : `${basename(file)} is not where it was. Put it back, or point Drydock to the folder where it is now.`,
    { file },
    cause,
  )
}
