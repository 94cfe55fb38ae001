import type { RunChoice } from '../../../src-main/contract/wire.ts'

type Position = RunChoice['positions'][number]

const NAMES = { clean: 'cleaner', balanced: 'balanced', ships: 'more ships' } as const

/** What a position is called; '' where it has no name. */
export function nameOf({ name }: Position): string {
  return name === null ? '' : NAMES[name]
}

/** What a position gave on the validation images, in rows; none where it was not measured. */
export function figuresOf({ validation }: Position): { name: string; value: string }[] {
  if (validation === null) return []
  const { emptyImages, emptyClean, ships, found } = validation
  const of = (part: number, whole: number): string =>
    whole === 0 ? 'there were none' : `${part} of ${whole} (${Math.round((100 * part) / whole)} %)`
  return [
    { name: 'Empty images clean', value: of(emptyClean, emptyImages) },
    { name: 'Ships found', value: of(found, ships) },
  ]
}
