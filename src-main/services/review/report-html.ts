import type { ClusterSettings, ErrorCounts, ReviewedImage, RunComparison } from '../../contract/wire.ts'
import { ERROR_KINDS } from '../../contract/words.ts'
import type { Report } from '../../core/metric/report.ts'
import { fixInWords } from '../../core/metric/review.ts'
import type { RankedFix } from '../../core/metric/review.ts'
import { foundRows, scoreRows, settingRows } from './report-rows.ts'

/** All that a report says. */
export interface ReportContent {
  project: string
  run: { name: string; createdAt: string; model: string | null; flips: boolean }
  /** null: labels that were read in */
  settings: ClusterSettings | null
  report: Report
  /** without predictions that lie in areas to ignore */
  ignoring: boolean
  /** name of a category: only images that hold it are in the report; null: all */
  category: string | null
  /** images whose stored score was older than their truth */
  stale: number
  errors: ErrorCounts
  fixes: readonly RankedFix[]
  /** the worst images; `picture` is a data URL, null where the file cannot be read */
  pictures: readonly (ReviewedImage & { picture: string | null })[]
  comparison: (RunComparison & { against: string }) | null
  createdAt: string
}

/** A report as one HTML file that needs nothing beside it, no scripts either. */
export function reportHtml(content: ReportContent): string {
  const { project, run, createdAt } = content
  const title = `${project}: ${run.name}`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${text(title)}</title>
<style>${STYLE}</style>
<h1>${text(title)}</h1>
<p>Run of ${moment(run.createdAt)}${run.model === null ? '' : `, model ${text(run.model)}`}${run.flips ? ', averaged over four flips' : ''}. Report of ${moment(createdAt)}.</p>
${content.ignoring ? '<p><b>Predictions that lie in areas to ignore are left out:</b> these are not the figures of the Airbus F2.</p>' : ''}
${content.category === null ? '' : `<p><b>Only the ${content.report.images} ${content.report.images === 1 ? 'image' : 'images'} with truth of the category ${text(content.category)}</b>${content.comparison === null ? '' : '; the comparison is over all images'}.</p>`}
${content.stale === 0 ? '' : `<p><b>Stored scores older than their truth: ${content.stale}.</b> All figures here are computed anew, against the truth as it is at the time of this report.</p>`}
${scores(content.report)}
${errors(content.errors)}
${content.comparison === null ? '' : comparison(content.comparison)}
${fixes(content.fixes)}
<h2>The images that cost most</h2>
<p>White: truth, green: hit, orange: missed, yellow: false alarm.</p>
<div class="pictures">${content.pictures.map(picture).join('\n')}</div>
${settings(content.settings)}
</html>
`
}

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#202327, #eceef0); --dim: light-dark(#50555c, #b4b9c0); --line: light-dark(#dfe1e5, #3a3e44); --page: light-dark(#fdfdfd, #191b1e); }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; background: var(--page); color: var(--ink); font: 14px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.4rem; } h2 { margin-top: 2rem; font-size: 1.1rem; }
p, figcaption, th { color: var(--dim); }
table { border-collapse: collapse; } th, td { padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--line); text-align: right; font-weight: 400; }
th { vertical-align: bottom; } th:first-child, td:first-child, .texts th:nth-child(2), .texts td:nth-child(2) { text-align: left; } th:last-child, td:last-child { padding-right: 0; }
h1, h2, p, figcaption, .names td:first-child, .names th:nth-child(3), .texts td:first-child { overflow-wrap: anywhere; } .names td:first-child { min-width: 8rem; } .texts td:first-child { min-width: 6.5rem; } .texts td:nth-child(2) { min-width: 4.5rem; } b { font-weight: 600; color: var(--ink); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; }
figure { margin: 0; break-inside: avoid; } img { width: 100%; border-radius: 4px; }
@media print { :root { color-scheme: light; } body { max-width: none; margin: 0; background: white; color: black; } h2, h2 + p { break-after: avoid; } table, tr { break-inside: avoid; } .texts table { break-inside: auto; } .pictures { grid-template-columns: repeat(3, 1fr); } }
`

function scores(report: Report): string {
  const { images, emptyImages, emptyClean, bootstrap } = report
  return `<h2>Scores</h2>
<p>Over ${images} images; intervals of 95 %, ${bootstrap.samples} bootstrap samples over images. Empty images kept clean: ${emptyClean} of ${emptyImages}.</p>
${table(
  ['', 'F2', '95 % interval'],
  scoreRows(report).map(([name, of]) => [
    name,
    of ? `<b>${of.value.toFixed(4)}</b>` : '-',
    of ? `${of.low.toFixed(3)} to ${of.high.toFixed(3)}` : '',
  ]),
)}
<h2>Ships found at IoU over 0.5</h2>
${table(
  ['', 'found', 'of', 'recall'],
  foundRows(report).map(([name, { found, ships }]) => [
    text(name),
    `${found}`,
    `${ships}`,
    ships === 0 ? '-' : (found / ships).toFixed(3),
  ]),
)}`
}

function errors({ truth, predictions, sloppy }: ErrorCounts): string {
  return `<h2>Errors by kind</h2>
<p>At IoU 0.5; each unmatched instance has one kind. Beside them ${sloppy} hits under 0.75.</p>
${table(
  ['', 'truth (missed)', 'predictions (false)'],
  [
    ...ERROR_KINDS.map((kind) => [kind, `${truth[kind]}`, `${predictions[kind]}`]),
    ['<b>all</b>', ...[truth, predictions].map((of) => `<b>${sumOf(of)}</b>`)],
  ],
)}`
}

/** Of truth: FN; of predictions: FP. */
function sumOf(counts: ErrorCounts['truth']): number {
  return ERROR_KINDS.reduce((sum, kind) => sum + counts[kind], 0)
}

function comparison({
  against,
  difference,
  wins,
  losses,
  unchanged,
  agreement,
  shared,
  groups,
  falseAlarms,
}: NonNullable<ReportContent['comparison']>): string {
  const { value, low, high } = difference.f2
  return `<h2>Against ${text(against)}</h2>
<p>F2 <b>${signed(value)}</b> (${signed(low)} to ${signed(high)}), image by image; better on ${wins}, worse on ${losses}, the same on ${unchanged}. Agreement ${agreement.toFixed(3)}: both have ${shared.both} instances (IoU over 0.5), ${text(against)} alone ${shared.first}, this run alone ${shared.second}.</p>
<div class="names">${table(
    ['found at IoU over 0.5', 'ships', text(against), 'this run'],
    [
      ...groups.map(({ name, ships, first, second }) => [text(name), `${ships}`, `${first}`, `${second}`]),
      ['false alarms', '', `${falseAlarms.first}`, `${falseAlarms.second}`],
    ],
  )}</div>`
}

function fixes(ranked: readonly RankedFix[]): string {
  return `<h2>What one fix is worth</h2>
<p>Of its image, and of the set, if it alone were made.</p>
<div class="texts">${table(
    ['image', 'fix', 'F2', 'after', 'set after'],
    ranked.map(({ path, fix, before, after, setAfter }) => [
      text(path),
      fixInWords(fix),
      before.toFixed(3),
      `<b>${after.toFixed(3)}</b>`,
      setAfter.toFixed(4),
    ]),
  )}</div>`
}

function picture({ path, f2, fixes: [best], picture: source }: ReportContent['pictures'][number]): string {
  const shown =
    source === null
      ? '<p>The file could not be read.</p>'
      : `<img src="${source}" alt="${text(path)} with outlines">`
  const worth = best && best.f2 > f2 ? `; ${fixInWords(best.fix)}: ${best.f2.toFixed(2)}` : ''
  return `<figure>${shown}<figcaption><b>${f2.toFixed(2)}</b> ${text(path)}${worth}.</figcaption></figure>`
}

function settings(of: ClusterSettings | null): string {
  if (of === null) return ''
  return `<h2>Settings</h2>
${table(['setting', 'value'], settingRows(of))}`
}

/** @param rows HTML; what comes from people is escaped before */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (of: readonly string[], tag: 'th' | 'td'): string =>
    of.map((cell) => `<${tag}>${cell}</${tag}>`).join('')
  return `<table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')}</tbody></table>`
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`
}

/** A stored time as people read it. */
function moment(iso: string): string {
  return text(`${iso.slice(0, 16).replace('T', ' ')} UTC`)
}

/** Text of people and files, with what HTML would read as markup made harmless. */
function text(value: string): string {
  const NAMED: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return value.replaceAll(/[&<>"']/g, (sign) => NAMED[sign]!)
}
