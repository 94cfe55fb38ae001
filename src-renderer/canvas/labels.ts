import type { EditState } from '../../src-main/core/edit/edit.ts'

/**
 * The number that each instance carries on the canvas and in lists: '1', '2', ... for truth, then '~3', '~4', ... for predictions.
 * @param decided count the predictions that were accepted or rejected, too
 */
export function instanceLabels(content: EditState, decided: boolean): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  content.truth.forEach(({ id }) => labels.set(id, String(labels.size + 1)))
  for (const { id, decision } of content.predictions) {
    if (decided || decision === null) labels.set(id, `~${labels.size + 1}`)
  }
  return labels
}
