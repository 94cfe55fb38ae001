import type { EditTruth } from '../../src-main/core/edit/edit.ts'

/** What is noted of several instances, where they agree and where not. */
interface Noted {
  /** degrees; null: none of them has one */
  heading: number | 'several' | null
  /** by name, in the order of names; `several`: not the same for all */
  attributes: (readonly [name: string, { value: string } | 'several'])[]
}

export function notedOf(instances: readonly Pick<EditTruth, 'heading' | 'attributes'>[]): Noted {
  const headings = new Set(instances.map(({ heading }) => heading ?? null))
  const names = new Set(instances.flatMap(({ attributes }) => Object.keys(attributes ?? {})))
  const [heading = null] = headings
  return {
    heading: headings.size > 1 ? 'several' : heading,
    attributes: [...names].sort().map((name) => {
      const values = new Set(instances.map(({ attributes }) => attributes?.[name]))
      const [value] = values
      return [name, values.size > 1 || value === undefined ? 'several' : { value }] as const
    }),
  }
}
