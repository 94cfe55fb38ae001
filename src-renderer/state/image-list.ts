import type { ImageRow, ImageStatus } from '../../src-main/contract/wire.ts'

export const SORTS = ['name', 'F2, worst first', 'F2, best first', 'status'] as const
export type Sort = (typeof SORTS)[number]

export interface Filter {
  /** part of the path, any case */
  text: string
  /** null: any */
  status: ImageStatus | null
  flagged: boolean
}

export const NO_FILTER: Filter = { text: '', status: null, flagged: false }

const STATUS_ORDER: Record<ImageStatus, number> = { 'to do': 0, 'in progress': 1, done: 2, 'no ship': 3 }
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' }).compare

/** True where the image's truth counts: somebody has said that it is complete. */
export function isFinished(row: ImageRow): boolean {
  return row.status === 'done' || row.status === 'no ship'
}

/** The rows that pass the filter, sorted; images without a score come last when sorted by F2. */
export function arrange(rows: Iterable<ImageRow>, sort: Sort, filter: Filter): ImageRow[] {
  const text = filter.text.trim().toLowerCase()
  const kept = [...rows].filter(
    (row) =>
      (text === '' || row.path.toLowerCase().includes(text)) &&
      (filter.status === null || row.status === filter.status) &&
      (!filter.flagged || row.flagged),
  )
  const compare: Record<Sort, (a: ImageRow, b: ImageRow) => number> = {
    name: () => 0,
    'F2, worst first': (a, b) => (a.f2 ?? 2) - (b.f2 ?? 2),
    'F2, best first': (a, b) => (b.f2 ?? -1) - (a.f2 ?? -1),
    status: (a, b) => STATUS_ORDER[a.status] - STATUS_ORDER[b.status],
  }
  return kept.sort((a, b) => compare[sort](a, b) || byName(a.path, b.path))
}
