import { randomInt } from 'node:crypto'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { DrydockError } from '../../contract/errors.ts'
import type { MapLayer, MapShapes } from '../../contract/wire.ts'
import { nameMatcher } from '../../core/names.ts'
import { boundsOfPositions, boundsOnEarth, lineOnImage, pointsOnImage } from '../../core/places/on-image.ts'
import { placesOf } from '../../core/places/places.ts'
import type { MapPiece } from '../../formats/geojson-map.ts'
import type { Store } from '../../store/store.ts'
import { assertWritable, imageFile } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import { storedGeoreference } from './ground.ts'
import { previewOf } from './previews.ts'

/**
 * Keeps what a GeoJSON file draws with the project, to be shown on images; it is never truth.
 * @param from the file, or the token of a preview of it
 * @throws DrydockError `file_broken`, `not_found`, `read_only`; nothing is kept then
 */
export async function addMapLayer(
  project: Project,
  from: { file: string } | { token: string },
): Promise<MapLayer> {
  assertWritable(project)
  const { store } = project
  const file = 'file' in from ? from.file : previewOf(project, from.token)?.file
  if (file === undefined) {
    throw new DrydockError('not_found', 'This file was looked at too long ago. Choose it again.')
  }
  const id = randomInt(1, 2 ** 47)
  let onEarth = false
  const take = (pieces: MapPiece[]): Promise<void> => {
    onEarth ||= pieces.some(({ inPixels }) => !inPixels)
    return store.inBatches(pieces, (piece) =>
      store.mapLayers.addPiece(id, piece, boundsOfPositions(piece.positions)),
    )
  }
  await store.write(() => store.mapLayers.begin(id, project.session))
  try {
    await project.reads.run('exchange.readMap', { file }, { take })
    const layer = { id, name: basename(file).replace(/\.[^.]*$/, ''), onEarth }
    const whole = await store.write(() =>
      store.mapLayers.finish(layer, project.session, new Date().toISOString()),
    )
    if (!whole) {
      throw new DrydockError(
        'project_in_use',
        'This computer was silent for so long that another program took the unfinished map layer away. Add it again.',
      )
    }
    project.events.emit({ type: 'map-layers' })
    return layer
  } catch (error) {
    await removePieces(project, id).catch(() => undefined)
    throw error
  }
}

/** Takes a layer out of the project; its file stays where it is. */
export async function removeMapLayer(project: Project, layer: number): Promise<void> {
  assertWritable(project)
  const { store } = project
  await store.write(() => store.mapLayers.leave(layer, project.session))
  project.events.emit({ type: 'map-layers' })
  await removePieces(project, layer)
}

/** Removes what sessions that were ended in the middle have left of layers. What cannot be removed now is, when the project is opened next. */
export async function removeLostMapLayers(project: Project): Promise<void> {
  for (const layer of project.store.mapLayers.lost()) await removePieces(project, layer)
}

/** In small steps, between which gestures are saved. */
async function removePieces({ store }: Project, layer: number): Promise<void> {
  while (await store.write(() => store.mapLayers.removeSome(layer), false)) await setImmediate()
}

/** What of all layers lies on an image, in its pixels. */
export async function mapShapesOn(project: Project, image: number): Promise<MapShapes> {
  if (project.store.mapLayers.all().length === 0) return { lines: [], points: [] }
  return project.reads.run('exchange.mapShapes', { image })
}

/** As {@link mapShapesOn}, where it may take its time. */
export async function readMapShapes(store: Store, image: number): Promise<MapShapes> {
  const stored = store.images.get(image)
  const shapes: MapShapes = { lines: [], points: [] }
  if (!stored || stored.width === null || stored.height === null) return shapes
  const { width, height } = stored
  const size = { width, height }
  const georeference = await storedGeoreference({ store }, image, imageFile({ store }, stored))
  const places = georeference && placesOf(georeference)
  const match = nameMatcher([stored.path])
  const meant = ({ image: name }: Pick<MapPiece, 'image'>): boolean => name === null || match([name]) !== null
  for (const piece of store.mapLayers.near(places && boundsOnEarth(places, size))) {
    if (!meant(piece)) continue
    const at = piece.inPixels ? null : places
    if (piece.kind === 'points') shapes.points.push(...pointsOnImage(piece.positions, at, size))
    else shapes.lines.push(...lineOnImage(piece.positions, at))
  }
  return shapes
}
