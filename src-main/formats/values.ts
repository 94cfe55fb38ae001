import type { Notes } from './format.ts'

/** What values of label files are, looked at once where they come in. */

export type Fields = Readonly<Record<string, unknown>>

/** A JSON object; null for anything else. */
export function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
}

/** A finite number; null for anything else. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** Text that is not empty; null for anything else. */
export function textIn(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** Numbers, all of them finite; null for anything else. */
export function numbersOf(value: unknown): number[] | null {
  if (!Array.isArray(value)) return null
  const items: readonly unknown[] = value
  return items.every((item) => typeof item === 'number' && Number.isFinite(item)) ? (items as number[]) : null
}

/** A score: 0..1, larger ones cut; null for anything that is no number. */
export function scoreIn(value: unknown): number | null {
  const score = numberOf(value)
  return score === null ? null : Math.min(1, Math.max(0, score))
}

/** At most so many attributes of an instance are read, with names and texts of at most so many characters. */
const [MOST, NAME, TEXT] = [50, 100, 1000]

/** The heading and the attributes of an instance, as COCO, LabelMe and GeoJSON name them; what has another form is left out. */
export function notesIn(fields: Fields): Notes {
  const heading = numberOf(fields['heading'])
  const found = Object.entries(fieldsOf(fields['attributes']) ?? {}).flatMap(([name, value]) => {
    const plain = ['string', 'number', 'boolean'].includes(typeof value)
    return plain && name !== '' && name.length <= NAME ? [[name, String(value).slice(0, TEXT)] as const] : []
  })
  return notesOf({
    heading: heading === null ? undefined : ((heading % 360) + 360) % 360,
    attributes: found.length === 0 ? undefined : Object.fromEntries(found.slice(0, MOST)),
  })
}

/** The heading and the attributes of an instance, and nothing else: what is not there has no key. */
export function notesOf({ heading, attributes }: Notes): Notes {
  return {
    ...(heading === undefined ? {} : { heading }),
    ...(attributes === undefined ? {} : { attributes }),
  }
}

/** The attribute `difficult` as DOTA and Pascal VOC write it, 0 to 2; null: it is none of these. Not noted is 0. */
export function difficultyOf({ attributes }: Notes): 0 | 1 | 2 | null {
  const text = attributes?.['difficult']
  if (text === undefined || text === '' || text === '0' || text === 'false') return 0
  if (text === '1' || text === 'true') return 1
  return text === '2' ? 2 : null
}

/** What a column `difficult` says of an instance: nothing where it is 0 or none of ours. */
export function notesOfDifficulty(text: string | undefined): Notes {
  return text === '1' || text === '2' ? { attributes: { difficult: text } } : {}
}
