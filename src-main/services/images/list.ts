import type { ImageFilter, ImageRow, ImageSort, PackedOrder } from '../../contract/wire.ts'
import type { Project } from '../machinery/project.ts'

/** The images that pass the filter, in order: see `core/list`. */
export function listOrder(
  project: Project,
  wanted: { sort: ImageSort; filter: ImageFilter },
  signal?: AbortSignal,
): Promise<PackedOrder> {
  return project.reads.run('images.order', wanted, signal ? { signal } : {})
}

/** Rows of some images as the list shows them; images that are not there are left out. */
export function rowsOf(
  project: Project,
  images: readonly number[],
  signal?: AbortSignal,
): Promise<ImageRow[]> {
  return project.reads.run('images.rows', { ids: images }, signal ? { signal } : {})
}
