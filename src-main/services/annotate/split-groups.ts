import type { StoredImage } from '../../store/images.ts'
import { tellManyRows } from '../images/rows.ts'
import { isFrozen } from '../images/split.ts'
import type { Project } from '../machinery/project.ts'

type Before = Pick<StoredImage, 'id' | 'split' | 'splitBy'>

const newGroups = (): Map<string, Map<number, Before>> => new Map()

/** What splits were before an act on several images, by image: kept as long as the project is open. */
export function splitsBefore(project: Project, group: string): Map<number, Before> {
  const groups = project.belongings.of(newGroups)
  const before = groups.get(group) ?? new Map<number, Before>()
  groups.set(group, before)
  return before
}

/** Puts images back where they were before an act on several images; one that is in a frozen hold-out stays. @returns null where it set no splits */
export async function putSplitsBack(
  project: Project,
  group: string,
): Promise<{ images: number; kept: number } | null> {
  const groups = project.belongings.of(newGroups)
  const before = groups.get(group)
  if (!before) return null
  groups.delete(group)
  const { images } = project.store
  const frozen = isFrozen(project)
  const moved: number[] = []
  await project.store.inBatches([...before.values()], ({ id, split, splitBy }) => {
    if (split === null || (frozen && images.get(id)?.split === 'hold-out')) return
    images.setSplit(id, split, splitBy)
    moved.push(id)
  })
  await tellManyRows(project, moved)
  return { images: moved.length, kept: before.size - moved.length }
}
