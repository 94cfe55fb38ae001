import type { ModelVersion } from '../../../src-main/contract/wire.ts'
import type { Card } from '../../state/card.ts'

/** Versions side by side: their settings and scores as text. */

export interface Row {
  name: string
  /** by the version's id */
  values: Record<string, string>
}

const WORDS: Record<string, string> = {
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

/** What a card means that is from before there was such a setting. */
const BEFORE: Record<string, unknown> = {
  lossUnit: 'pixel',
  sizeExponent: 0,
  falseAlarmShare: 0,
  coordinates: 'pixel',
  patience: null,
}

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
    row('Images', ({ trainedImages }) => String(trainedImages)),
    row('Steps', (_, card) => (card && String(card.steps)) || null),
    row('Data', (_, card) => card?.data ?? null),
    ...Object.entries(WORDS).map(([key, name]) =>
      row(name, (_, card) => {
        const value = card && (card.settings[key] ?? BEFORE[key])
        return value === undefined
          ? null
          : value === null
            ? 'none'
            : typeof value === 'string'
              ? value
              : JSON.stringify(value)
      }),
    ),
    row('Licence', (_, card) => card?.licence ?? null),
  ]
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
