import type { Georeference } from '../../contract/wire.ts'
import type { Size } from '../../core/mask/rle.ts'
import { pixelMetres, placesOf } from '../../core/places/places.ts'
import type { Places } from '../../core/places/places.ts'
import type { Ground } from '../../formats/format.ts'
import { georeferenceFor } from '../../imaging/georeference.ts'
import { withPixels } from '../../imaging/open.ts'
import type { Project } from '../machinery/project.ts'

/**
 * Where an image lies, as label files say it.
 * @param given side of a pixel on the ground in metres, for an image of which nothing else says it
 */
export function groundOf(georeference: Georeference | null, size: Size, given: number | null = null): Ground {
  const places = georeference && placesOf(georeference)
  const metres = georeference && pixelMetres(georeference, size)
  return {
    places: places && reaches(places, size) ? places : null,
    pixelMetres: metres ?? (given === null ? null : { x: given, y: given }),
  }
}

/** Where a file's pixels lie; null where nobody says it, or it cannot be read. */
export function georeferenceIn(file: string): Promise<Georeference | null> {
  return withPixels(file, georeferenceFor).catch(() => null)
}

/** Where an image of a project lies, as it was found when its file was read; now, where that has not been. */
export async function storedGeoreference(
  { store }: Pick<Project, 'store'>,
  id: number,
  file: string,
): Promise<Georeference | null> {
  const facts = store.pixels.get(id)?.facts
  return facts ? facts.georeference : georeferenceIn(file)
}

/** A system that is used far from where it holds gives no numbers. */
function reaches(places: Places, { width, height }: Size): boolean {
  const corners = [places.toPlace(0, 0), places.toPlace(width, 0), places.toPlace(0, height)]
  return [...corners, places.toPlace(width, height)].every(
    ({ longitude, latitude }) => Number.isFinite(longitude) && Number.isFinite(latitude),
  )
}
