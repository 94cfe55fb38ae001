import type { ClusterSettings, ErrorCounts, ReviewedImage, RunComparison } from '../../contract/wire.ts'
import { ERROR_KINDS } from '../../contract/words.ts'
import { csvRow } from '../../core/csv.ts'
import { fixInWords } from '../../core/metric/review.ts'
import type { Gathered } from './report.ts'
import { foundRows, scoreRows, settingRows } from './report-rows.ts'

/** What a report as CSV says. */
interface CsvContent {
  gathered: Gathered
  /** all of the report, those that cost most first */
  images: readonly ReviewedImage[]
  /** null: labels that were read in */
  settings: ClusterSettings | null
  /** by how much the run is above another one; null: none was asked for */
  comparison: (RunComparison & { against: string }) | null
}

const KIND_COLUMNS = ERROR_KINDS.flatMap((kind) => [`${kind} (truth)`, `${kind} (predictions)`] as const)

/** In this order; what a row does not say is empty in it. */
const COLUMNS = [
  ...['part', 'name', 'value', 'low', 'high', 'f2_after_fix', 'set_f2_after_fix', 'fix'],
  ...['ships', 'found', 'found_by_other', ...KIND_COLUMNS, 'sloppy'],
]

type Row = Record<string, string | number | null>

/**
 * A report as one table, whose column `part` says what a row is of: 'score' (`value` with its 95 % interval), 'found' (ships at IoU over 0.5), 'errors', 'image',
 * 'fix', 'against NAME' (the comparison) or 'setting'.
 */
export function reportCsv({ gathered, images, settings, comparison }: CsvContent): string {
  const { report, errors, fixes } = gathered
  const rows: Row[] = [
    ...scoreRows(report).map(([name, of]) => ({ part: 'score', name, ...(of ?? {}) })),
    ...foundRows(report).map(([name, of]) => ({ part: 'found', name, ...of })),
    { part: 'errors', name: 'all images', ...errorCells(errors) },
    ...images.map(imageRow),
    ...fixes.map(({ path, fix, before, after, setAfter }) => ({
      ...{ part: 'fix', name: path, value: before, f2_after_fix: after, set_f2_after_fix: setAfter },
      fix: fixInWords(fix),
    })),
    ...(comparison ? againstRows(comparison) : []),
    ...(settings ? settingRows(settings).map(([name, value]) => ({ part: 'setting', name, value })) : []),
  ]
  return [csvRow(COLUMNS), ...rows.map((row) => csvRow(COLUMNS.map((column) => row[column] ?? null)))].join(
    '',
  )
}

function imageRow({ path, f2, fixes: [best], counts }: ReviewedImage): Row {
  const pays = best !== undefined && best.f2 > f2
  return {
    ...{ part: 'image', name: path, value: f2, f2_after_fix: pays ? best.f2 : f2 },
    fix: pays ? fixInWords(best.fix) : null,
    ...errorCells(counts),
  }
}

function errorCells({ truth, predictions, sloppy }: ErrorCounts): Row {
  const kinds = ERROR_KINDS.flatMap((kind): [string, number][] => [
    [`${kind} (truth)`, truth[kind]],
    [`${kind} (predictions)`, predictions[kind]],
  ])
  return { ...Object.fromEntries(kinds), sloppy }
}

/** `found`: of the run that is reported on. */
function againstRows(of: RunComparison & { against: string }): Row[] {
  const part = `against ${of.against}`
  return [
    { part, name: 'F2, difference', ...of.difference.f2 },
    ...(of.difference.f2WithShips
      ? [{ part, name: 'F2 over images with ships, difference', ...of.difference.f2WithShips }]
      : []),
    ...[
      ['images better', of.wins] as const,
      ['images worse', of.losses] as const,
      ['images the same', of.unchanged] as const,
      ['agreement', of.agreement] as const,
      ['instances of both', of.shared.both] as const,
      [`instances of ${of.against} alone`, of.shared.first] as const,
      ['instances of this run alone', of.shared.second] as const,
    ].map(([name, value]) => ({ part, name, value })),
    ...of.groups.map(({ name, ships, first, second }) => ({
      ...{ part, name, ships, found: second, found_by_other: first },
    })),
    ...(['first', 'second'] as const).map((run) => ({
      ...{ part, value: of.falseAlarms[run] },
      name: run === 'first' ? `false alarms of ${of.against}` : 'false alarms of this run',
    })),
  ]
}
