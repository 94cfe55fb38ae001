import { DrydockError } from '../../contract/errors.ts'
import type { ImageAbout, ImageFacts, ImageMapping, Mapping, WantedMapping } from '../../contract/wire.ts'
import { pixelMetres } from '../../core/places/places.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, imageFile, storedImage } from '../machinery/project.ts'
import { ensureContent } from './content.ts'
import { contentOf, tellManyRows } from './rows.ts'
import { mappingId } from './stored-mapping.ts'

/**
 * Bands, pages and place of an image's file.
 * @throws DrydockError as reading the file does, where that has not been done yet
 */
export async function aboutImage(project: Project, id: number): Promise<ImageAbout> {
  const { width, height, mapping } = await ensureContent(project, id)
  const { facts, given } = known(project, id)
  const metres = facts.georeference && pixelMetres(facts.georeference, { width, height })
  return {
    bands: facts.bands,
    shown: mapping.bands,
    pages: facts.pages,
    georeference: facts.georeference,
    pixelMetres: metres ?? (given === null ? null : { x: given, y: given }),
    givenByHand: metres === null && given !== null,
  }
}

/** Keeps the side of a pixel on the ground that a person gives, in metres; null takes it back. */
export async function setPixelMetres(
  project: Project,
  id: number,
  metres: number | null,
): Promise<ImageAbout> {
  assertWritable(project)
  storedImage(project, id)
  await project.store.write(() => project.store.pixels.setPixelMetres(id, metres))
  return aboutImage(project, id)
}

/**
 * How samples of an image become 8 bits, and what is needed to choose otherwise.
 * @param bands whose histograms are wanted; default: those shown
 * @throws DrydockError `bad_input` (no such bands), and as reading the file does
 */
export async function mappingOf(
  project: Project,
  id: number,
  bands?: readonly number[],
): Promise<ImageMapping> {
  const image = await ensureContent(project, id)
  const { facts } = known(project, id)
  if (bands) assertBands(facts, bands)
  const file = imageFile(project, image)
  const shown = bands ?? image.mapping.bands
  const surveyed = await project.shared.workers.run('surveyBands', { file, bands: shown })
  const ofKind = await project.reads.run('images.ofKind', { kind: facts.kind })
  return {
    ...surveyed,
    mapping: image.mapping,
    content: contentOf(image),
    bands: facts.bands,
    pages: facts.pages,
    sameKind: ofKind.all.length,
    sameKindByHand: ofKind.byHand,
  }
}

/**
 * Sets how samples become 8 bits; pixels get other URLs, and scores of predictions on the old ones are stale.
 * @param wanted null: what is chosen where nobody has chosen
 * @param of this image, or all whose bands agree with its own
 * @returns how many images look otherwise now
 * @throws DrydockError `bad_input` (bands or range that cannot be), and as reading the file does
 */
export async function setMapping(
  project: Project,
  id: number,
  wanted: WantedMapping | null,
  of: 'image' | 'kind',
): Promise<{ images: number }> {
  assertWritable(project)
  const image = await ensureContent(project, id)
  const { facts } = known(project, id)
  if (wanted) assertMapping(facts, wanted)
  const file = imageFile(project, image)
  const own = wanted === null ? await project.shared.workers.run('chooseMapping', { file }) : byHand(wanted)
  const { kind } = facts
  const others = of === 'kind' ? (await project.reads.run('images.ofKind', { kind })).all : []
  const changed: number[] = []
  await project.store.inBatches([id, ...others.filter((other) => other !== id)], (one) => {
    // what is chosen for others is chosen when they are read next
    if (setOne(project, one, one === id || wanted !== null ? own : null)) changed.push(one)
  })
  await tellManyRows(project, changed)
  return { images: changed.length }
}

/**
 * The samples of all bands of a pixel; null: no number.
 * @throws DrydockError `bad_input` (outside the image), and as reading the file does
 */
export async function samplesAt(
  project: Project,
  id: number,
  x: number,
  y: number,
): Promise<(number | null)[]> {
  const image = await ensureContent(project, id)
  if (x >= image.width || y >= image.height) {
    throw new DrydockError('bad_input', 'This pixel lies outside the image.', { x, y })
  }
  return project.shared.workers.run('readSamples', { file: imageFile(project, image), x, y })
}

/** @returns whether the image looks otherwise now */
function setOne(project: Project, id: number, mapping: Mapping | null): boolean {
  const { pixels } = project.store
  const before = pixels.get(id)
  if (!before?.facts) return false
  if (mapping === null && before.mapping?.byHand !== true) return false
  const name = mapping === null ? '' : mappingId(mapping, before.facts)
  pixels.setMapping(id, mapping, name)
  if (mapping !== null && before.mapping && mappingId(before.mapping, before.facts) === name) return false
  pixels.outdateScores(id)
  return true
}

function byHand(wanted: WantedMapping): Mapping {
  return { ...wanted, rule: 'Chosen by hand.', byHand: true }
}

/** What a look at the file has stored. */
function known(project: Project, id: number): { facts: ImageFacts; given: number | null } {
  const stored = project.store.pixels.get(id)
  if (stored?.facts) return { facts: stored.facts, given: stored.pixelMetres }
  throw new DrydockError(
    'read_only',
    'The project is only looked at and was never read by this version, so nothing is known of its samples. Open it where it can be written.',
  )
}

function assertMapping(facts: ImageFacts, { bands, low, high }: WantedMapping): void {
  assertBands(facts, bands)
  const whole = low.length === bands.length && high.length === bands.length
  if (whole && [...low, ...high].every(Number.isFinite)) return
  throw new DrydockError(
    'bad_input',
    'Each band shown needs a lowest and a highest sample. Nothing was changed.',
  )
}

function assertBands({ bands }: ImageFacts, shown: readonly number[]): void {
  if (shown.every((band) => bands[band - 1]?.alpha === null)) return
  throw new DrydockError(
    'bad_input',
    `The image has ${bands.length} ${bands.length === 1 ? 'band' : 'bands'}; choose among them, transparency aside. Nothing was changed.`,
  )
}
