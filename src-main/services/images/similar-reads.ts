import type { SimilarGroup, Split } from '../../contract/wire.ts'
import { cropNameOf } from '../../core/similar/crop-names.ts'
import { dealSplits, splitOf } from '../../core/similar/deal.ts'
import { groupsOf } from '../../core/similar/groups.ts'
import type { Group, Groupable } from '../../core/similar/groups.ts'
import type { FinishedImage } from '../../store/similar.ts'
import type { Store } from '../../store/store.ts'

/** Crops of what may be one scene, by name. */
interface PossibleScene {
  name: string
  crops: { id: number; numbers: [number, number]; width: number; height: number }[]
}

/** What is to be written down so that groups and splits are those of now. */
interface Dealing {
  groups: ({ id: number } & Group)[]
  splits: { id: number; split: Split }[]
}

/** Groups that are listed; more are counted. */
const LISTED = 300

/** What the reader threads do for groups of similar images. */
export const similarReads = {
  'images.unlooked': (store: Store, _none: null): number[] => store.read(() => store.similar.unlooked()),

  /** finished images that chance has put into their split */
  'images.provisional': (store: Store, _none: null): { id: number; split: Split }[] =>
    store.read(() =>
      found(store.similar.finished(), ({ id, split, by }) =>
        by === 'chance' && split !== null ? { id, split } : null,
      ),
    ),

  /** scenes that names say and that nobody has looked into */
  'images.scenes': (store: Store, _none: null): PossibleScene[] =>
    store.read(() => {
      const known = store.similar.scenes()
      const scenes = new Map<string, PossibleScene>()
      for (const { id, path, width, height } of store.similar.finished()) {
        const name = cropNameOf(path)
        if (!name || known.has(name.scene)) continue
        const scene = scenes.get(name.scene) ?? { name: name.scene, crops: [] }
        scene.crops.push({ id, numbers: name.numbers, width, height })
        scenes.set(name.scene, scene)
      }
      return [...scenes.values()].filter(({ crops }) => crops.length > 1)
    }),

  /** how groups and splits differ from what they should be */
  'images.dealing': (store: Store, _none: null): Dealing =>
    store.read(() => {
      const { groups, splits } = dealingOf(store)
      return {
        groups: found(store.similar.finished(), ({ id, stands }) => {
          const group = groups.get(id)
          if (!group || (stands?.group === group.group && stands.why === group.why)) return null
          return { id, ...group }
        }),
        splits: Array.from(splits, ([id, split]) => ({ id, split })),
      }
    }),

  /** the groups of finished images, the largest first, those with a leak before all */
  'images.groups': (store: Store, _none: null): { groups: SimilarGroup[]; count: number } =>
    store.read(() => listedGroups(store.similar.finished())),
}

/** What is found of each image that has it. */
function found<T, F>(images: Iterable<T>, what: (image: T) => F | null): F[] {
  const all: F[] = []
  for (const image of images) {
    const one = what(image)
    if (one !== null) all.push(one)
  }
  return all
}

/** Finished images with what tells which are alike. */
function groupableImages(store: Store): Iterable<Groupable> {
  const scenes = store.similar.scenes()
  return store.similar.groupable((path) => {
    const scene = cropNameOf(path)?.scene
    return scene !== undefined && scenes.get(scene) ? scene : null
  })
}

/** What groups of finished images should be, and their splits where these are others than now. */
export function dealingOf(store: Store): { groups: Map<number, Group>; splits: Map<number, Split> } {
  const frozen = store.meta.get('split_frozen') !== null
  const groups = groupsOf(groupableImages(store))
  const images = store.similar.finished()
  const group = (id: number): number => groups.get(id)!.group
  const splits = dealSplits(
    mapped(images, (image) => ({ ...image, group: group(image.id), finished: true })),
    { frozen },
  )
  // frozen, whoever is new is dealt once and stays
  if (frozen) {
    for (const { id, by, split, sha256 } of images)
      if (by === 'chance' && !splits.has(id)) splits.set(id, split ?? splitOf(sha256))
  }
  return { groups, splits }
}

/** The same, each made to something else as it comes. */
export function mapped<T, M>(images: Iterable<T>, make: (image: T) => M): Iterable<M> {
  return {
    *[Symbol.iterator]() {
      for (const image of images) yield make(image)
    },
  }
}

/** What a list of groups says of an image. */
type SettledImage = Pick<FinishedImage, 'id' | 'path' | 'split' | 'stands' | 'trained'>

/** What is kept of each group while all images are gone through. */
interface Summary {
  group: number
  size: number
  /** images that are scored on */
  held: number
  /** the first that is learnt from; null: none */
  learnt: Pick<SettledImage, 'id' | 'path' | 'trained'> | null
}

function summariesOf(images: Iterable<SettledImage>): Summary[] {
  const summaries = new Map<number, Summary>()
  for (const image of images) {
    const group = standing(image)
    const summary = summaries.get(group) ?? { group, size: 0, held: 0, learnt: null }
    if (summary.size === 0) summaries.set(group, summary)
    summary.size++
    if (isHeld(image)) summary.held++
    const { id, path, split, trained } = image
    if (trained || split === 'train') summary.learnt ??= { id, path, trained }
  }
  return [...summaries.values()]
}

function standing({ stands, id }: SettledImage): number {
  return stands?.group ?? id
}

function isHeld({ split }: SettledImage): boolean {
  return split !== null && split !== 'train'
}

/** Images of a group that are scored on though the group is learnt from. */
function leaksIn({ learnt, held }: Summary): number {
  return learnt ? held : 0
}

/** Groups as people see them: the first, and how many there are. @param images gone through twice */
function listedGroups(images: Iterable<SettledImage>): { groups: SimilarGroup[]; count: number } {
  const all = summariesOf(images)
  all.sort((a, b) => leaksIn(b) - leaksIn(a) || b.size - a.size || a.group - b.group)
  const shown = new Map(
    all.slice(0, LISTED).map((summary) => {
      const listed: SimilarGroup = { group: summary.group, why: 'alone', images: [], leaks: [] }
      return [summary.group, { summary, listed }]
    }),
  )
  for (const image of images) {
    const { id, path, split, trained, stands } = image
    const one = shown.get(standing(image))
    if (!one) continue
    const { listed, summary } = one
    if (stands && listed.why === 'alone') listed.why = stands.why
    listed.images.push({ id, path, split, trained })
    listed.leaks.push(...leaksOf(image, summary))
  }
  return { groups: [...shown.values()].map(({ listed }) => listed), count: all.length }
}

/** Leaks of all groups, those of the group with the most first. @param images gone through twice. @returns the first `most`, and how many there are */
export function leaksAmong(
  images: Iterable<SettledImage>,
  most: number,
): { leaks: SimilarGroup['leaks']; leakCount: number } {
  const leaking = summariesOf(images).filter((summary) => leaksIn(summary) > 0)
  leaking.sort((a, b) => leaksIn(b) - leaksIn(a))
  const shown = new Map(
    leaking.slice(0, most).map((summary) => [summary.group, { summary, leaks: [] as SimilarGroup['leaks'] }]),
  )
  for (const image of shown.size > 0 ? images : []) {
    const one = shown.get(standing(image))
    if (one && one.leaks.length < most) one.leaks.push(...leaksOf(image, one.summary))
  }
  const leaks = [...shown.values()].flatMap((one) => one.leaks).slice(0, most)
  return { leaks, leakCount: leaking.reduce((sum, summary) => sum + leaksIn(summary), 0) }
}

/** The leak that an image is, if it is one. */
function leaksOf({ id, path, split, trained }: SettledImage, { learnt }: Summary): SimilarGroup['leaks'] {
  if (!learnt || split === null || split === 'train') return []
  const like = id === learnt.id ? path : learnt.path
  return [{ image: path, split, like, trained: trained || learnt.trained }]
}
