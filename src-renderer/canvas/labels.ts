import type { EditState } from '../../src-main/core/edit/edit.ts'

/**
 * The number that each instance carries on the canvas and in lists: '1', '2', ... for truth, '~1', '~2', ... for predictions. Decided
 * predictions count too, so that accepting one does not renumber the others.
 */
export function instanceLabels(content: EditState): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  content.truth.forEach(({ id }, i) => labels.set(id, String(i + 1)))
  content.predictions.forEach(({ id }, i) => labels.set(id, `~${i + 1}`))
  return labels
}
