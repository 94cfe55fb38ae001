import { isRecord } from '../../src-main/contract/record.ts'

/** What is read of a version's card, which is JSON as it was written. */
export interface Card {
  settings: Record<string, unknown>
  steps: number
  /** of training; null: not said */
  seconds: number | null
  /** the step whose weights these are; null: not said */
  bestStep: number | null
  data: string
  licence: string
  credits: string[]
  /** a command line */
  reproduce: string
  /** how instances are made, a sentence */
  postProcessing: string
  /** what it can be relied on for, and what not */
  limits: string
  /** SHA-256 of each image that it and its ancestors learnt from */
  trainedOn: string[]
  /** null: nothing was validated on */
  validation: { f2: number; f2WithShips: number | null; images: number } | null
  curve: { step: number; f2: number | null }[]
  /** of rising score */
  reliability: { score: number; instances: number; hits: number }[]
  /** from the cleanest; those that were measured for these weights */
  positions: { name: string; minScore: number; clean: string; found: string; f2: number }[]
}

/** What a card's settings mean that are from before there was such a setting. */
export const SETTINGS_BEFORE: Record<string, unknown> = {
  lossUnit: 'pixel',
  sizeExponent: 0,
  falseAlarmShare: 0,
  coordinates: 'pixel',
  patience: null,
}

/** The parts of a card that are shown; what is missing or of another form stays empty. */
export function cardOf(card: Record<string, unknown>): Card {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text).filter(Boolean) : [])
  const { settings, curve } = card
  return {
    settings: isRecord(settings) ? settings : {},
    steps: numberIn(card, 'steps') ?? 0,
    seconds: numberIn(card, 'seconds'),
    bestStep: numberIn(card, 'bestStep'),
    data: text(card['data']),
    licence: text(card['licence']),
    credits: texts(card['credits']),
    reproduce: text(card['reproduce']),
    postProcessing: text(card['postProcessing']),
    limits: text(card['limits']),
    trainedOn: texts(card['trainedOn']),
    validation: validationOf(card['validation']),
    curve: Array.isArray(curve) ? curve.flatMap((point: unknown) => pointOf(point)) : [],
    reliability: Array.isArray(card['reliability'])
      ? card['reliability'].flatMap((bin: unknown) => binOf(bin))
      : [],
    positions: Array.isArray(card['positions'])
      ? card['positions'].flatMap((position: unknown) => positionOf(position))
      : [],
  }
}

function numberIn(record: Record<string, unknown>, key: string): number | null {
  const value = record[key]
  return typeof value === 'number' ? value : null
}

function validationOf(found: unknown): Card['validation'] {
  const f2 = isRecord(found) ? numberIn(found, 'f2') : null
  if (!isRecord(found) || f2 === null) return null
  return { f2, f2WithShips: numberIn(found, 'f2WithShips'), images: numberIn(found, 'images') ?? 0 }
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
  const clean = figure('emptyImages') === 0 ? '–' : `${figure('emptyClean')} of ${figure('emptyImages')}`
  return [{ name, minScore, clean, found: `${figure('found')} of ${figure('ships')}`, f2: figure('f2') }]
}
