import { readFile, stat } from 'node:fs/promises'
import type { Georeference } from '../contract/wire.ts'
import { readWorldFile, worldFileNames } from '../core/places/world-file.ts'
import type { PixelSource } from './pixel-source.ts'

/** World and projection files are lines of text; what is longer is none. */
const MOST_BYTES = 20_000

/** Where an image's pixels lie: as its file says, else as a world file beside it does; null: nobody does. */
export async function georeferenceFor({
  file,
  georeference,
}: Pick<PixelSource, 'file' | 'georeference'>): Promise<Georeference | null> {
  if (georeference) return georeference
  for (const name of worldFileNames(file)) {
    const text = await shortText(name)
    const found = text === null ? null : readWorldFile(text, null)
    if (found && text !== null) return readWorldFile(text, await shortText(file.replace(/\.[^.]+$/, '.prj')))
  }
  return null
}

async function shortText(file: string): Promise<string | null> {
  try {
    const found = await stat(file)
    return found.isFile() && found.size <= MOST_BYTES ? await readFile(file, 'utf8') : null
  } catch {
    return null
  }
}
