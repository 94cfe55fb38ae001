import type { ThresholdScore } from '../contract/wire.ts'

/**
 * Columns set side by side: the first to the left, the others to the right.
 * @param rows cells by row, header first
 * @param words whether they are words: then all stand to the left
 */
export function table(rows: readonly (readonly string[])[], words = false): string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)))
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 || words ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  )
}

/** A score as people read it. */
export function scoreText(value: number | null): string {
  return value === null ? '-' : value.toFixed(3)
}

export function thresholdTable(thresholds: readonly ThresholdScore[]): string[] {
  return table([
    ['IoU', 'TP', 'FP', 'FN', 'F2'],
    ...thresholds.map(({ iou, tp, fp, fn, f2 }) => [
      iou.toFixed(2),
      `${tp}`,
      `${fp}`,
      `${fn}`,
      scoreText(f2),
    ]),
  ])
}

/** 'a, b and 3 more'. @param all how many there are, where `names` is only the first of them */
export function someOf(names: readonly string[], most = 5, all = names.length): string {
  const shown = names.slice(0, most)
  const more = all > shown.length ? ` and ${all - shown.length} more` : ''
  return shown.join(', ') + more
}

/** '1 image', '2 images' */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
