import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import '../cli/with-parent.ts'

/**
 * Draws the curve of a model card as an SVG: the training loss above, the validation F2 below. Text in, text out, so that
 * the picture in the repository differs only where the curve does.
 *
 *     node src-main/testing/make-curve.ts --card resources/base-model/card.json --out resources/base-model/curve.svg
 */

const { values } = parseArgs({ options: { card: { type: 'string' }, out: { type: 'string' } } })
if (!values.card || !values.out) throw new Error('Name --card and --out.')

const point = z.object({ step: z.number(), loss: z.number().nullable(), f2: z.number().nullable() })
const { name, curve } = z
  .object({ name: z.string(), curve: z.array(point) })
  .parse(JSON.parse(readFileSync(values.card, 'utf8')))

const [WIDTH, PANEL, LEFT, TOP, GAP] = [720, 170, 52, 34, 42]
const last = Math.max(1, ...curve.map(({ step }) => step))

interface Mark {
  step: number
  value: number
}

function panel(title: string, marks: readonly Mark[], from: number, top: number, dots: boolean): string {
  const most = Math.max(from + 1e-9, ...marks.map(({ value }) => value))
  const x = (step: number): string => (LEFT + (step / last) * (WIDTH - LEFT - 12)).toFixed(1)
  const y = (value: number): string => (top + PANEL - ((value - from) / (most - from)) * PANEL).toFixed(1)
  const ticks = [0, 0.5, 1].map((share) => from + share * (most - from))
  const line = marks.map(({ step, value }) => `${x(step)},${y(value)}`).join(' ')
  return [
    `<text x="${LEFT}" y="${top - 8}" font-weight="600">${title}</text>`,
    ...ticks.map(
      (tick) =>
        `<line x1="${LEFT}" x2="${WIDTH - 12}" y1="${y(tick)}" y2="${y(tick)}" stroke="#d5d9de"/>` +
        `<text x="${LEFT - 6}" y="${Number(y(tick)) + 4}" text-anchor="end" fill="#5a6470">${tick.toFixed(2)}</text>`,
    ),
    `<polyline points="${line}" fill="none" stroke="#1f6feb" stroke-width="1.5"/>`,
    ...(dots
      ? marks.map(({ step, value }) => `<circle cx="${x(step)}" cy="${y(value)}" r="3" fill="#1f6feb"/>`)
      : []),
  ].join('\n')
}

const marksOf = (key: 'loss' | 'f2'): Mark[] =>
  curve.flatMap(({ step, [key]: value }) => (value === null ? [] : [{ step, value }]))

const height = TOP + 2 * PANEL + GAP + 28
writeFileSync(
  values.out,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#1c2128">
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${panel(`${name}: loss of the training`, marksOf('loss'), 0, TOP, false)}
${panel('validation F2', marksOf('f2'), 0, TOP + PANEL + GAP, true)}
<text x="${WIDTH - 12}" y="${height - 8}" text-anchor="end" fill="#5a6470">${last.toLocaleString('en')} steps</text>
</svg>
`,
)
