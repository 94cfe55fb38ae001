import { isRecord } from '../../src-main/contract/record.ts'

/** What is read of a version's card, which is JSON as it was written. */
export interface Card {
  settings: Record<string, unknown>
  steps: number
  data: string
  licence: string
  curve: { step: number; f2: number | null }[]
  /** of rising score */
  reliability: { score: number; instances: number; hits: number }[]
  /** from the cleanest; those that were measured for these weights */
  positions: { name: string; minScore: number; clean: string; found: string; f2: number }[]
}

/** The parts of a card that are shown; what is missing or of another form stays empty. */
export function cardOf(card: Record<string, unknown>): Card {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const { settings, curve, steps } = card
  return {
    settings: isRecord(settings) ? settings : {},
    steps: typeof steps === 'number' ? steps : 0,
    data: text(card['data']),
    licence: text(card['licence']),
    curve: Array.isArray(curve) ? curve.flatMap((point: unknown) => pointOf(point)) : [],
    reliability: Array.isArray(card['reliability'])
      ? card['reliability'].flatMap((bin: unknown) => binOf(bin))
      : [],
    positions: Array.isArray(card['positions'])
      ? card['positions'].flatMap((position: unknown) => positionOf(position))
      : [],
  }
}

function pointOf(point: unknown): Card['curve'] {
  if (!isRecord(point) || typeof point['step'] !== 'number') return []
  const { f2 } = point
  return [{ step: point['step'], f2: typeof f2 === 'number' ? f2 : null }]
}

function binOf(bin: unknown): Card['reliability'] {
  if (!isRecord(bin)) return []
  const { score, instances, hits } = bin
  if (typeof score !== 'number' || typeof instances !== 'number' || typeof hits !== 'number') return []
  return [{ score, instances, hits }]
}

function positionOf(position: unknown): Card['positions'] {
  if (!isRecord(position) || !isRecord(position['validation'])) return []
  const { name, minScore, validation } = position
  const figure = (key: string): number => (typeof validation[key] === 'number' ? validation[key] : 0)
  if (typeof name !== 'string' || typeof minScore !== 'number') return []
  const clean = `${figure('emptyClean')} of ${figure('emptyImages')}`
  return [{ name, minScore, clean, found: `${figure('found')} of ${figure('ships')}`, f2: figure('f2') }]
}
