import { DrydockError } from '../contract/errors.ts'

/**
 * Whether what came from another process has the form that it should have. For what comes by the ten thousand, where the contract's schemas would hold up
 * the thread that reads it; everything else is checked by those.
 */
export type Check<T> = (value: unknown) => value is T

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isNumber = (value: unknown): value is number => Number.isFinite(value)
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'

export function isOneOf<const T>(...values: readonly T[]): Check<T> {
  return (value): value is T => values.some((one) => one === value)
}

export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value)
}

export function isList<T>(check: Check<T>): Check<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(check)
}

/** Lists of a fixed length, each place with a form of its own. */
export function isTuple<T extends readonly unknown[]>(...checks: { [K in keyof T]: Check<T[K]> }): Check<T> {
  return (value): value is T =>
    Array.isArray(value) && value.length === checks.length && checks.every((check, i) => check(value[i]))
}

type Wanted<T> = { [K in keyof T as object extends Pick<T, K> ? never : K]: Check<T[K]> }
type Optional<T> = { [K in keyof T as object extends Pick<T, K> ? K : never]-?: Check<T[K]> }

/** Objects with these fields; what else they have does not matter. @param optional fields that may be left out */
export function isRecordOf<T extends object>(wanted: Wanted<T>, optional: Optional<T>): Check<T> {
  const fields = [
    ...Object.entries<Check<unknown>>(wanted).map((field) => [...field, false] as const),
    ...Object.entries<Check<unknown>>(optional).map((field) => [...field, true] as const),
  ]
  return (value): value is T => {
    if (typeof value !== 'object' || value === null) return false
    return fields.every(([name, check, mayLack]) => {
      const field: unknown = Reflect.get(value, name)
      return (mayLack && field === undefined) || check(field)
    })
  }
}

/** Objects whose names do not matter. */
export function isMap<T>(check: Check<T>): Check<Record<string, T>> {
  return (value): value is Record<string, T> =>
    typeof value === 'object' && value !== null && Object.values(value).every(check)
}

/**
 * Reads JSON of another process of this build.
 * @param what names it in the error
 * @throws DrydockError internal, where it is of another form
 */
export function readChecked<T>(text: string, check: Check<T>, what: string): T {
  const value: unknown = JSON.parse(text)
  if (!check(value)) throw new DrydockError('internal', `The background process sent ${what} in a form that the window does not know. Restart Drydock.`) // prettier-ignore
  return value
}
