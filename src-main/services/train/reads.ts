import { DrydockError } from '../../contract/errors.ts'
import type { Split, TrainPreview } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import type { Group } from '../../core/similar/groups.ts'
import type { FinishedImage } from '../../store/similar.ts'
import type { Store } from '../../store/store.ts'
import { dealingOf, leaksAmong, mapped } from '../images/similar-reads.ts'
import { imageFile, storedImage } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import type { TrainSource } from './train-plan.ts'
import { selectForTraining } from './train-selection.ts'
import type { Candidate } from './train-selection.ts'

/** Leaks that are named; more are counted. */
const NAMED = 20

/** What the reader threads do for a training. */
export const trainReads = {
  /** what it would use, and what it would leave out and why */
  'train.preview': (store: Store, _none: null): PreviewRead => store.read(() => previewOf(store)),

  /** contents of the images that take turns in being left out; none where there are images to validate on */
  'train.turns': (store: Store, _none: null): string[] =>
    store.read(() => {
      const turns: string[] = []
      for (const { sha256, split } of store.similar.finished()) {
        if (split === 'validation') return []
        if (split === 'train') turns.push(sha256)
      }
      return turns
    }),

  /** what it learns from, and what it is validated on */
  'train.sources': (store: Store, _none: null): { train: TrainSource[]; validation: TrainSource[] } =>
    store.read(() => {
      const groups = groupsNow(store)
      const { train, validation } = selectForTraining(candidates(store, groups), true)
      const sources = (of: typeof train) => of.map((image) => sourceOf({ store }, image))
      return { train: sources(train), validation: sources(validation) }
    }),

  /** finished images of the hold-out, by content which of them are to be left out @param trainedOn contents that a version has seen */
  'train.holdOut': (store: Store, { trainedOn }: { trainedOn: readonly string[] }): HoldOut =>
    store.read(() => {
      const seen = new Set(trainedOn)
      const groups = groupsNow(store)
      const groupsSeen = new Set<number>()
      for (const { id, sha256 } of store.similar.finished())
        if (seen.has(sha256)) groupsSeen.add(groups.get(id) ?? id)
      const out: HoldOut = { images: [], leaks: [] }
      for (const { id, path, split } of store.similar.finished()) {
        const image = split === 'hold-out' ? store.images.get(id) : null
        if (image?.fileState !== 'ok') continue
        const group = groups.get(id) ?? id
        if (groupsSeen.has(group)) out.leaks.push(path)
        else out.images.push(sourceOf({ store }, { id, group }))
      }
      return { ...out, leaks: out.leaks.sort() }
    }),
}

/** What a version can be scored on that none of its ancestors has seen. */
interface HoldOut {
  images: TrainSource[]
  /** left out: the version was trained on them, or on images of their scene */
  leaks: string[]
}

/** All but what the versions know: their cards are files. */
type PreviewRead = Omit<TrainPreview, 'known'> & { unsettled: boolean }

function previewOf(store: Store): PreviewRead {
  const frozen = store.meta.get('split_frozen') !== null
  const { groups, splits } = dealingOf(store)
  const unlooked = store.similar.unlooked().length
  let regrouped = 0
  for (const { id, stands } of store.similar.finished()) {
    const found = groups.get(id)
    if (stands?.group !== found?.group || stands?.why !== found?.why) regrouped++
  }
  const groupOf = new Map(Array.from(groups, ([id, { group }]) => [id, group]))
  return {
    ...selectForTraining(candidates(store, groupOf, splits), frozen).preview,
    ...leaksAmong(settled(store, groups, splits), NAMED),
    frozen,
    unlooked,
    unsettled: unlooked + regrouped + splits.size > 0,
  }
}

/** Finished images as they will be when what was found is written down. */
function settled(
  store: Store,
  groups: ReadonlyMap<number, Group>,
  splits: ReadonlyMap<number, Split>,
): Iterable<FinishedImage> {
  return mapped(store.similar.finished(), (image) => {
    const { id, stands, split } = image
    return { ...image, stands: groups.get(id) ?? stands, split: splits.get(id) ?? split }
  })
}

/** All images one after the other: most of a large project are only counted. @param splits those that will be others than now */
function* candidates(
  store: Store,
  groups: ReadonlyMap<number, number>,
  splits?: ReadonlyMap<number, Split>,
): Generator<Candidate & { id: number }> {
  for (const image of store.images.candidates()) {
    const { id, split } = image
    yield { ...image, split: splits?.get(id) ?? split, group: groups.get(id) ?? id }
  }
}

/** The groups that finished images stand in. */
function groupsNow(store: Store): Map<number, number> {
  const groups = new Map<number, number>()
  for (const { id, stands } of store.similar.finished()) if (stands) groups.set(id, stands.group)
  return groups
}

/** Only images that the selection took come here: their content is known. */
function sourceOf(
  project: Pick<Project, 'store'>,
  { id, group }: { id: number; group: number },
): TrainSource {
  const image = storedImage(project, id)
  const { width, height, sha256 } = image
  if (width === null || height === null || sha256 === null) {
    throw new DrydockError('internal', `${image.path} was to be trained on before it was read.`)
  }
  const truth = project.store.truth.masks(id).map(parseRle)
  const ignored = project.store.truth.ignored(id).map(parseRle)
  const mapping = project.store.pixels.get(id)?.mapping ?? undefined
  return { file: imageFile(project, image), width, height, truth, ignored, content: sha256, mapping, group }
}

type TrainReads = typeof trainReads

declare module '../machinery/readers.ts' {
  interface Reads extends TrainReads {}
}
