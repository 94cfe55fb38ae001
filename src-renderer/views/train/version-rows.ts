import type { ModelVersion } from '../../../src-main/contract/wire.ts'
import { SETTINGS_BEFORE, type Card } from '../../state/card.ts'
import { duration } from '../../ui/format.ts'
import type { PlotTable } from '../../ui/plot/file.ts'

/** Versions side by side: their settings and scores as text. */

export interface Row {
  name: string
  /** by the version's id */
  values: Record<string, string>
}

const WORDS: Record<string, string> = {
  ...{ steps: 'At most, steps', minutes: 'At most, minutes', epochs: 'At most, epochs' },
  ...{ learningRate: 'Learning rate', batch: 'Images per step', crop: 'Crop, px', seed: 'Seed' },
  ...{
    lossUnit: 'Loss counts alike each',
    sizeExponent: 'Smaller ships oftener',
    falseAlarmShare: 'Crops at false alarms',
  },
  ...{ embeddingWeight: 'Embedding weight', syntheticShare: 'Synthetic crops', magnify: 'Magnified up to' },
  ...{
    validateEvery: 'Validated every',
    patience: 'Patience, validations',
    size: 'Network',
    coordinates: 'Coordinates',
  },
}

/** Of these one is set. */
const LIMITS = new Set(['steps', 'minutes', 'epochs'])

/** The rows of the table, one for each thing that any of them says. */
export function versionRows(models: readonly ModelVersion[], cards: Readonly<Record<string, Card>>): Row[] {
  const row = (name: string, of: (model: ModelVersion, card: Card | undefined) => string | null): Row => ({
    name,
    values: Object.fromEntries(
      models.flatMap((model) => {
        const value = of(model, cards[model.id])
        return value === null ? [] : [[model.id, value]]
      }),
    ),
  })
  const names = new Map(models.map(({ id, name }) => [id, name]))
  return [
    row('From', ({ parent }) =>
      parent === null ? 'scratch' : (names.get(parent) ?? `${parent.slice(0, 12)}, not kept here`),
    ),
    row('Above its parent', ({ paired }) => paired && signed(paired.difference)),
    row('Above its parent, with ships', ({ paired }) =>
      paired?.differenceWithShips ? signed(paired.differenceWithShips) : null,
    ),
    row('On the hold-out', ({ heldOut }) => heldOut && signed(heldOut.difference)),
    row('Validation F2, with ships', (_, card) => card?.validation?.f2WithShips?.toFixed(3) ?? null),
    row('Ships found', (_, card) => card?.positions.find(({ name }) => name === 'balanced')?.found ?? null),
    row('Images', ({ trainedImages }) => String(trainedImages)),
    row('Steps', (_, card) => (card && String(card.steps)) || null),
    row('Weights of step', (_, card) => stepKept(card)),
    row('Trained for', (_, card) => (card?.seconds ? duration(card.seconds) : null)),
    row('Data', (_, card) => card?.data ?? null),
    ...Object.values(WORDS).map((name) =>
      row(name, (_, card) => settingsOf(card).find((setting) => setting.name === name)?.value ?? null),
    ),
    row('Licence', (_, card) => card?.licence ?? null),
  ]
}

/** The settings that a card says, by their names in the window. */
export function settingsOf(card: Card | undefined): { name: string; value: string }[] {
  if (!card) return []
  return Object.entries(WORDS).flatMap(([key, name]) => {
    const value = card.settings[key] ?? SETTINGS_BEFORE[key]
    if (value === undefined || (value === null && LIMITS.has(key))) return []
    return [
      { name, value: value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value) },
    ]
  })
}

/** Which step's weights a version has, in words; null: its card does not say. */
export function stepKept(card: Card | undefined): string | null {
  if (!card || card.bestStep === null) return null
  return card.bestStep === 0 ? '0: those of its parent' : String(card.bestStep)
}

/** The whole table as values, a line for each version. */
export function versionTable(models: readonly ModelVersion[], rows: readonly Row[]): PlotTable {
  return {
    columns: ['Version', 'Id', 'Made', 'Validation F2', ...rows.map(({ name }) => name), 'Notes'],
    rows: models.map(({ id, name, createdAt, validationF2, remark }) => [
      ...[name, id, createdAt, validationF2],
      ...rows.map(({ values }) => values[id] ?? null),
      remark,
    ]),
  }
}

/** Names of the rows in which two versions differ. @param pair ids; fewer than two differ in nothing */
export function differing(rows: readonly Row[], pair: readonly string[]): string[] {
  const [a, b] = pair
  if (a === undefined || b === undefined) return []
  return rows.filter(({ values }) => values[a] !== values[b]).map(({ name }) => name)
}

function signed({ value, low, high }: { value: number; low: number; high: number }): string {
  const text = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(3)}`
  return `${text(value)} [${text(low)}, ${text(high)}]`
}
