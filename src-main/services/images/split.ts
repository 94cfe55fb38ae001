import { DrydockError } from '../../contract/errors.ts'
import type { ImageRow, Split, SplitBy } from '../../contract/wire.ts'
import { splitOf } from '../../core/similar/deal.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, storedImage } from '../machinery/project.ts'
import { existingRow, tellManyRows } from './rows.ts'

/** What folders and columns call the sides of a split. */
const NAMES: Record<string, Split> = {
  ...{ train: 'train', training: 'train' },
  ...{ val: 'validation', valid: 'validation', validation: 'validation', dev: 'validation' },
  ...{
    test: 'hold-out',
    testing: 'hold-out',
    holdout: 'hold-out',
    'hold-out': 'hold-out',
    hold_out: 'hold-out',
  },
}

/** The split that a word means; null: it means none. */
export function splitCalled(word: string): Split | null {
  return NAMES[word.trim().toLowerCase()] ?? null
}

/** Where an image falls that was just read: as a folder above it says, else by its content. @param path with '/' */
export function splitFor(path: string, sha256: string): { split: Split; by: SplitBy } {
  for (const folder of path.split('/').slice(0, -1).reverse()) {
    const named = splitCalled(folder)
    if (named) return { split: named, by: 'file' }
  }
  return { split: splitOf(sha256), by: 'chance' }
}

/** Whether splits are frozen: something was trained, or the hold-out's score was looked at. */
export function isFrozen({ store }: Pick<Project, 'store'>): boolean {
  return store.meta.get('split_frozen') !== null
}

/**
 * Freezes the splits as they are dealt now: from here on finished images stay where they are, and nothing leaves the hold-out. Before the first
 * training, and before the hold-out's score is looked at first. Does nothing later.
 */
export async function freezeSplits(project: Project): Promise<void> {
  if (isFrozen(project) || project.readOnly) return
  const { store } = project
  const provisional = await project.reads.run('images.provisional', null)
  await store.inBatches(provisional, ({ id, split }) => {
    const image = store.images.get(id)
    if (image?.splitBy === 'chance') store.images.setSplit(id, split, 'frozen')
  })
  await store.write(() => store.meta.set('split_frozen', new Date().toISOString()))
}

/**
 * Puts an image, and all that are of its group, into another split.
 * @throws DrydockError `bad_input` where splits are frozen, for an image of the hold-out, and for one that was trained on into the hold-out
 */
export async function setSplit(project: Project, id: number, split: Split): Promise<ImageRow> {
  return (await setSplits(project, [id], split, 'person'))[0]!
}

/** As {@link setSplit}, of several: all of them and their groups, or none. @returns rows of those named */
export async function setSplits(
  project: Project,
  ids: readonly number[],
  split: Split,
  by: 'person' | 'file',
): Promise<ImageRow[]> {
  assertWritable(project)
  const { store } = project
  const moved = new Set<number>()
  for (const id of ids) {
    if (moved.has(id)) continue
    const members = store.similar.membersWith(id)
    assertMovable(project, members, split)
    for (const member of members) moved.add(member)
  }
  await store.inBatches([...moved], (id) => store.images.setSplit(id, split, by))
  await tellManyRows(project, [...moved])
  return ids.map((id) => existingRow(project, id))
}

/** @param group ids of all images of a group */
function assertMovable(project: Project, group: readonly number[], split: Split): void {
  const images = group.map((id) => storedImage(project, id))
  if (split !== 'hold-out' && isFrozen(project) && images.some((image) => image.split === 'hold-out')) {
    throw new DrydockError(
      'bad_input',
      'This image is in the hold-out, which is frozen so that the last figure stays honest. Nothing was changed.',
    )
  }
  const trained = images.find(({ sha256 }) => sha256 !== null && project.store.similar.isTrained(sha256))
  if (split === 'hold-out' && trained) {
    const { path } = trained
    throw new DrydockError(
      'bad_input',
      `${path} was trained on: held out, it and all images of its scene would flatter every version. Nothing was changed.`,
      { image: path },
    )
  }
}
