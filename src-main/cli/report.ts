import type { RunComparison } from '../contract/wire.ts'
import type { Difference } from '../core/metric/difference.ts'
import type { Estimate } from '../core/metric/interval.ts'
import { areaName, AREAS } from '../core/metric/report.ts'
import type { Recall, Report } from '../core/metric/report.ts'
import { scoreText, table } from './table.ts'

/** A report as a table for people. */
export function reportTable(report: Report): string[] {
  const { emptyImages, emptyClean, recall } = report
  return [
    ...table([
      ['', 'F2', '95 % interval'],
      ['all images', ...estimate(report.f2)],
      ['images with ships', ...estimate(report.f2WithShips)],
      ['pooled', ...estimate(report.pooledF2)],
    ]),
    '',
    `Empty images kept clean: ${share(emptyClean, emptyImages)}`,
    '',
    ...table([
      ['ships (IoU > 0.5)', 'found', 'of', 'recall'],
      found('all', recall.all),
      ...AREAS.map(([from, to], i) => found(areaName(from, to), recall.byArea[i]!)),
      found('touching another', recall.touching),
      found('lone', recall.lone),
      ...recall.byCategory.map(({ name, ...own }) => found(name, own)),
    ]),
  ]
}

/** '+0.012 (-0.010 to +0.034), with ships ...' */
export function differenceText({ f2, f2WithShips }: Difference): string {
  const signed = (value: number): string => `${value < 0 ? '' : '+'}${scoreText(value)}`
  const text = ({ value, low, high }: Estimate): string =>
    `${signed(value)} (${signed(low)} to ${signed(high)})`
  return `F2 ${text(f2)}${f2WithShips === null ? '' : `, over images with ships ${text(f2WithShips)}`}`
}

/** Two runs side by side: on which images the second wins, and which ships each finds. */
export function comparisonTable(comparison: RunComparison): string[] {
  const { wins, losses, unchanged, agreement, shared, falseAlarms, groups } = comparison
  return [
    `Better on ${wins}, worse on ${losses}, the same on ${unchanged}; agreement ${scoreText(agreement)}`,
    `Both have ${shared.both} instances (IoU over 0.5), the other run alone ${shared.first}, this run alone ${shared.second}`,
    ...table([
      ['found at IoU over 0.5', 'ships', 'other run', 'this run'],
      ...groups.map(({ name, ships, first, second }) => [name, `${ships}`, `${first}`, `${second}`]),
      ['false alarms', '', `${falseAlarms.first}`, `${falseAlarms.second}`],
    ]),
  ]
}

export function estimate(of: Estimate | null): [string, string] {
  return of === null ? ['-', '-'] : [scoreText(of.value), `${scoreText(of.low)} to ${scoreText(of.high)}`]
}

function found(name: string, { ships, found }: Recall): string[] {
  return [name, `${found}`, `${ships}`, scoreText(ships === 0 ? null : found / ships)]
}

/** '39 of 40 (97.5 %)' */
export function share(part: number, whole: number): string {
  return whole === 0 ? 'there are none' : `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`
}
