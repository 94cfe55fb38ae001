import { DrydockError } from '../../contract/errors.ts'
import type { TrainPreview } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import type { ListedImage } from '../../store/images.ts'
import type { GroupedImage } from '../../store/similar.ts'
import type { Store } from '../../store/store.ts'
import { dealingOf, groupedImages, leaksAmong } from '../images/similar-reads.ts'
import { imageFile } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import type { TrainSource } from './train-plan.ts'
import { selectForTraining } from './train-selection.ts'
import type { Candidate } from './train-selection.ts'

/** Leaks that are named; more are counted. */
const NAMED = 20

/** What the reader threads do for a training. */
export const trainReads = {
  /** what it would use, and what it would leave out and why */
  'train.preview': (store: Store, _none: null): TrainPreview & { unsettled: boolean } =>
    store.read(() => previewOf(store)),

  /** what it learns from, and what it is validated on */
  'train.sources': (store: Store, _none: null): { train: TrainSource[]; validation: TrainSource[] } =>
    store.read(() => {
      const grouped = new Map(groupedImages(store).map((image) => [image.id, image]))
      const images = store.images
        .listed(null)
        .map((image) => ({ ...image, group: groupOf(grouped.get(image.id), image.id) }))
      const { train, validation } = selectForTraining(images, true)
      const sources = (of: typeof train) => of.map((image) => sourceOf({ store }, image))
      return { train: sources(train), validation: sources(validation) }
    }),

  /** finished images of the hold-out, by content which of them are to be left out @param trainedOn contents that a version has seen */
  'train.holdOut': (store: Store, { trainedOn }: { trainedOn: readonly string[] }): HoldOut =>
    store.read(() => {
      const seen = new Set(trainedOn)
      const grouped = groupedImages(store)
      const groupsSeen = new Set(
        grouped.filter(({ sha256 }) => seen.has(sha256)).map((image) => groupOf(image, image.id)),
      )
      const held = new Map(
        grouped.filter(({ split }) => split === 'hold-out').map((image) => [image.id, image]),
      )
      const usable = store.images
        .listed(null)
        .filter(({ id, fileState }) => held.has(id) && fileState === 'ok')
        .map((image) => ({ ...image, group: groupOf(held.get(image.id), image.id) }))
      const leaks = usable.filter(({ group }) => groupsSeen.has(group))
      return {
        images: usable
          .filter(({ group }) => !groupsSeen.has(group))
          .map((image) => sourceOf({ store }, image)),
        leaks: leaks.map(({ path }) => path),
      }
    }),
}

/** What a version can be scored on that none of its ancestors has seen. */
interface HoldOut {
  images: TrainSource[]
  /** left out: the version was trained on them, or on images of their scene */
  leaks: string[]
}

function previewOf(store: Store): TrainPreview & { unsettled: boolean } {
  const frozen = store.meta.get('split_frozen') !== null
  const images = groupedImages(store)
  const dealing = dealingOf(images, frozen)
  const unlooked = store.similar.unlooked().length
  // as it will be when what was found is written down
  const groups = new Map(dealing.groups.map(({ id, group, why }) => [id, { group, why }]))
  const splits = new Map(dealing.splits.map(({ id, split }) => [id, split]))
  const settled = images.map(({ id, path, trained, stands, split }) => ({
    ...{ id, path, trained },
    ...{ stands: groups.get(id) ?? stands, split: splits.get(id) ?? split },
  }))
  const groupOfImage = new Map(settled.map((image) => [image.id, groupOf(image, image.id)]))
  function* candidates(): Generator<Candidate> {
    // one after the other: most images of a large project are only counted
    for (const image of store.images.candidates()) {
      const { id, split } = image
      yield { ...image, split: splits.get(id) ?? split, group: groupOfImage.get(id) ?? id }
    }
  }
  const leaks = leaksAmong(settled)
  return {
    ...selectForTraining(candidates(), frozen).preview,
    frozen,
    unlooked,
    leaks: leaks.slice(0, NAMED),
    leakCount: leaks.length,
    unsettled: unlooked + dealing.groups.length + dealing.splits.length > 0,
  }
}

function groupOf(image: Pick<GroupedImage, 'stands'> | undefined, id: number): number {
  return image?.stands?.group ?? id
}

/** Only images that the selection took come here: their content is known. */
function sourceOf(project: Pick<Project, 'store'>, image: ListedImage & { group: number }): TrainSource {
  const { width, height, sha256, group } = image
  if (width === null || height === null || sha256 === null) {
    throw new DrydockError('internal', `${image.path} was to be trained on before it was read.`)
  }
  const truth = project.store.truth.masks(image.id).map(parseRle)
  const ignored = project.store.truth.ignored(image.id).map(parseRle)
  const mapping = project.store.pixels.get(image.id)?.mapping ?? undefined
  return { file: imageFile(project, image), width, height, truth, ignored, content: sha256, mapping, group }
}

type TrainReads = typeof trainReads

declare module '../machinery/readers.ts' {
  interface Reads extends TrainReads {}
}
