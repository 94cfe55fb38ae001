import type { SimilarGroup, Split } from '../../contract/wire.ts'
import { cropNameOf } from '../../core/similar/crop-names.ts'
import { dealSplits, splitOf } from '../../core/similar/deal.ts'
import { groupsOf } from '../../core/similar/groups.ts'
import type { Group } from '../../core/similar/groups.ts'
import type { GroupedImage } from '../../store/similar.ts'
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
      groupedImages(store).flatMap(({ id, split, by }) =>
        by === 'chance' && split !== null ? [{ id, split }] : [],
      ),
    ),

  /** images that were trained on, and those of one group with them */
  'images.trained': (store: Store, _none: null): number[] =>
    store.read(() => {
      const images = groupedImages(store)
      const groups = new Set(
        images.flatMap(({ trained, stands }) => (trained && stands ? [stands.group] : [])),
      )
      return images
        .filter(({ trained, stands }) => trained || (stands !== null && groups.has(stands.group)))
        .map(({ id }) => id)
    }),

  /** scenes that names say and that nobody has looked into */
  'images.scenes': (store: Store, _none: null): PossibleScene[] =>
    store.read(() => {
      const known = store.similar.scenes()
      const scenes = new Map<string, PossibleScene>()
      for (const { id, path, width, height } of groupedImages(store)) {
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
    store.read(() => dealingOf(groupedImages(store), store.meta.get('split_frozen') !== null)),

  /** the groups of finished images, the largest first, those with a leak before all */
  'images.groups': (store: Store, _none: null): { groups: SimilarGroup[]; count: number } =>
    store.read(() => {
      const groups = listedGroups(groupedImages(store))
      return { groups: groups.slice(0, LISTED), count: groups.length }
    }),
}

/** All finished images, with what tells which are alike. */
export function groupedImages(store: Store): GroupedImage[] {
  const scenes = store.similar.scenes()
  return store.similar.finished((path) => {
    const scene = cropNameOf(path)?.scene
    return scene !== undefined && scenes.get(scene) ? scene : null
  })
}

/** What groups and splits of finished images should be, where that is not what they are. */
export function dealingOf(images: readonly GroupedImage[], frozen: boolean): Dealing {
  const groups = groupsOf(images)
  const splits = dealSplits(
    images.map(({ id, sha256, ships, split, by }) => ({
      ...{ id, sha256, ships, split, by },
      ...{ group: groups.get(id)!.group, finished: true },
    })),
    { frozen },
  )
  return {
    groups: images.flatMap(({ id, stands }) => {
      const found = groups.get(id)!
      return stands?.group === found.group && stands.why === found.why ? [] : [{ id, ...found }]
    }),
    // frozen, whoever is new is dealt once and stays
    splits: images.flatMap(({ id, split, by, sha256 }) => {
      const dealt = splits.get(id)
      if (dealt !== undefined) return [{ id, split: dealt }]
      return frozen && by === 'chance' ? [{ id, split: split ?? splitOf(sha256) }] : []
    }),
  }
}

/** What a list of groups says of an image. */
type SettledImage = Pick<GroupedImage, 'id' | 'path' | 'split' | 'stands' | 'trained'>

/** Groups as people see them. */
function listedGroups(images: readonly SettledImage[]): SimilarGroup[] {
  const byGroup = Map.groupBy(images, ({ id, stands }) => stands?.group ?? id)
  const groups = [...byGroup].map(([group, members]) => ({
    group,
    why: members.find(({ stands }) => stands !== null && stands.why !== 'alone')?.stands?.why ?? 'alone',
    images: members.map(({ id, path, split, trained }) => ({ id, path, split, trained })),
    leaks: leaksIn(members),
  }))
  return groups.sort(
    (a, b) => b.leaks.length - a.leaks.length || b.images.length - a.images.length || a.group - b.group,
  )
}

/** Leaks of all groups, those of the group with the most first. */
export function leaksAmong(images: readonly SettledImage[]): SimilarGroup['leaks'] {
  const byGroup = Map.groupBy(images, ({ id, stands }) => stands?.group ?? id)
  const leaks = [...byGroup.values()].map(leaksIn).filter(({ length }) => length > 0)
  return leaks.sort((a, b) => b.length - a.length).flat()
}

/** Images of a group that are scored on though the group is learnt from. */
function leaksIn(members: readonly SettledImage[]): SimilarGroup['leaks'] {
  const learnt = members.find(({ trained, split }) => trained || split === 'train')
  if (!learnt) return []
  return members.flatMap(({ id, path, split, trained }) => {
    if (split === null || split === 'train') return []
    const like = id === learnt.id ? path : learnt.path
    return [{ image: path, split, like, trained: trained || learnt.trained }]
  })
}
