import { DEFAULT_CATEGORY } from '../contract/words.ts'
import type { CategoryWish, ProjectCategory } from '../contract/wire.ts'

/** A project's categories as a whole. */

/** The category that an instance of this key is of, merged ones followed; null where there is none. */
export function categoryOf(
  categories: readonly ProjectCategory[],
  key: string = DEFAULT_CATEGORY,
): ProjectCategory | null {
  const own = categories.find((category) => category.key === key)
  if (!own || own.mergedInto === null) return own ?? null
  return categories.find((category) => category.key === own.mergedInto) ?? own
}

/** Those that instances can be given: not the ones that were merged into others. */
export function openCategories(categories: readonly ProjectCategory[]): ProjectCategory[] {
  return categories.filter(({ mergedInto }) => mergedInto === null)
}

/**
 * The category that a name means: of that name exactly, else but for upper and lower case; one that was merged into another means that one. Null
 * where there is none.
 */
export function categoryNamed(categories: readonly ProjectCategory[], name: string): ProjectCategory | null {
  const open = openCategories(categories)
  const wanted = name.trim().toLowerCase()
  const alike = (one: ProjectCategory): boolean => one.name.toLowerCase() === wanted
  const found =
    open.find((one) => one.name === name.trim()) ?? open.find(alike) ?? categories.find(alike) ?? null
  return found && categoryOf(categories, found.key)
}

/** Colours by key, those of merged ones included. */
export function coloursOf(categories: readonly ProjectCategory[]): ReadonlyMap<string, number> {
  return new Map(categories.map(({ key, colour }) => [key, categoryOf(categories, key)?.colour ?? colour]))
}

/** A key for a new category: its name, or what comes close to it. */
export function newKey(categories: readonly ProjectCategory[], name: string): string {
  const taken = new Set(categories.map(({ key }) => key))
  for (let i = 1; ; i++) {
    const key = i === 1 ? name : `${name.slice(0, 190)} ${i}`
    if (!taken.has(key)) return key
  }
}

/** Words for what floats and is steered, as label files use them; parts of longer words count. */
const SHIPS =
  /ship|boat|vessel|tanker|tug|barge|ferry|cargo|trawler|yacht|carrier|cruise|frigate|destroyer|submarine|warship|dredger|catamaran|motorboat|sail|liner|freighter|canoe|kayak|dinghy|schiff|navire|bateau|buque|barco/i

/**
 * What the categories of a label file become where nobody says otherwise: the category of the same name, else a new one. Where some of the
 * names mean ships, new ones that do not are kept without counting as object; where none does, all count.
 */
export function suggestedWishes(
  names: readonly string[],
  categories: readonly ProjectCategory[],
): CategoryWish[] {
  const anyShips = names.some((name) => SHIPS.test(name))
  return names.map((from) => {
    const known = categoryNamed(categories, from)
    const to = from.trim().slice(0, 200) || DEFAULT_CATEGORY
    return known
      ? { from, to: known.name, counts: known.counts }
      : { from, to, counts: !anyShips || SHIPS.test(from) }
  })
}
