import type { ModelVersion } from '../../../src-main/contract/wire.ts'

/** A version in the list with what joins it to the one it was trained from. */
interface Branch {
  model: ModelVersion
  /** 0: the line that leads to the current version; more: beside it */
  lane: number
  /** row of the version it was trained from, and its lane; null: none in the list */
  parent: { row: number; lane: number } | null
}

/** Lanes that are drawn; further ones share the last. */
const MOST_LANES = 4

/**
 * Versions from the newest, and the lines between each and its parent: the current one and its ancestors in one line, the others beside it.
 * @param models from the oldest
 */
export function lineage(models: readonly ModelVersion[]): Branch[] {
  const rows = models.toReversed()
  const rowOf = new Map(rows.map(({ id }, row) => [id, row]))
  const lanes = new Map<string, number>()
  const line = (from: ModelVersion, lane: number): void => {
    let at: ModelVersion | undefined = from
    while (at && !lanes.has(at.id)) {
      lanes.set(at.id, lane)
      at = at.parent === null ? undefined : rows[rowOf.get(at.parent) ?? -1]
    }
  }
  const current = rows.find((model) => model.current)
  // what was trained last from the current one goes on in its line
  const tip = current && newestOf(rows, current)
  if (tip) line(tip, 0)
  let next = lanes.size > 0 ? 1 : 0
  for (const model of rows) {
    if (lanes.has(model.id)) continue
    line(model, Math.min(next++, MOST_LANES - 1))
  }
  return rows.map((model) => {
    const row = model.parent === null ? undefined : rowOf.get(model.parent)
    const lane = lanes.get(model.id) ?? 0
    return { model, lane, parent: row === undefined ? null : { row, lane: lanes.get(model.parent!) ?? 0 } }
  })
}

/** The newest version of those that were trained from this one, step by step; itself where none was. @param rows from the newest */
function newestOf(rows: readonly ModelVersion[], from: ModelVersion): ModelVersion {
  let tip = from
  for (;;) {
    const next = rows.find(({ parent, id }) => parent === tip.id && id !== tip.id)
    if (!next) return tip
    tip = next
  }
}
