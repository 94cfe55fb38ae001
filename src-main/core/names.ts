import { once } from './once.ts'

/** Which image a label file means: one rule for all formats. */

/** How a name was brought together with a path; 'path': it is the path. */
export type Matched =
  | 'path'
  | 'other separators, spaces or normal form'
  | 'other case'
  | 'other ending'
  | 'other case and ending'
  | 'without its folders'
  | 'without its folders, other case'
  | 'without its folders, other ending'
  | 'without its folders, other case and ending'

/** The answer to a name: one path and how it was found; more than one that it may mean; or none. */
export type NameMatch = { path: string; how: Matched } | { candidates: string[] } | null

const ENDING = /\.(jpe?g|png|tiff?|webp|bmp|gif|jp2|ntf|img|vrt)$/i

/** One separator, no leading './' or '/', no spaces around, composed characters. */
function clean(name: string): string {
  return name
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replaceAll(/\/{2,}/g, '/')
    .replace(/^(\.?\/)+/, '')
    .split('/')
    .map((part) => part.trim())
    .join('/')
}

function withoutEnding(name: string): string {
  return name.replace(ENDING, '')
}

/** From the strictest to the most lenient; the first that knows the name decides. */
const RULES: readonly { key: (name: string) => string; whole: Matched; tail: Matched }[] = [
  { key: clean, whole: 'other separators, spaces or normal form', tail: 'without its folders' },
  {
    key: (name) => clean(name).toLowerCase(),
    whole: 'other case',
    tail: 'without its folders, other case',
  },
  {
    key: (name) => withoutEnding(clean(name)),
    whole: 'other ending',
    tail: 'without its folders, other ending',
  },
  {
    key: (name) => withoutEnding(clean(name)).toLowerCase(),
    whole: 'other case and ending',
    tail: 'without its folders, other case and ending',
  },
]

/**
 * Finds the image that a name means among these paths: the path itself; then up to separators, spaces and normal form,
 * then up to case, ending, or both, each time whole before without leading folders. What fits more than one path at the
 * first rule that knows it is no match, and all of them are named.
 * @param paths below the images folder, with '/'
 * @returns takes what a file may call an image, the likeliest first
 */
export function nameMatcher(paths: readonly string[]): (names: readonly string[]) => NameMatch {
  const exact = new Set(paths)
  // most files name paths: what a rule needs is made when the first name comes that needs it
  const wholes = RULES.map(({ key }) => once(() => grouped(paths, key)))
  const lasts = RULES.map(({ key }) => once(() => grouped(paths, (path) => lastOf(key(path)))))
  return (names) => {
    const known = names.find((name) => exact.has(name))
    if (known !== undefined) return { path: known, how: 'path' }
    for (const [i, { key, whole, tail }] of RULES.entries()) {
      const wanted = names.map(key)
      for (const name of wanted) {
        const found = wholes[i]!().get(name)
        if (found) return answer(found, whole)
      }
      for (const name of wanted) {
        const found = lasts[i]!()
          .get(lastOf(name))
          ?.filter((path) => isTail(name, key(path)))
        if (found && found.length > 0) return answer(found, tail)
      }
    }
    return null
  }
}

function answer(found: readonly string[], how: Matched): NameMatch {
  return found.length === 1 ? { path: found[0]!, how } : { candidates: [...found] }
}

function grouped(paths: readonly string[], key: (path: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const path of paths) {
    const own = groups.get(key(path))
    if (own) own.push(path)
    else groups.set(key(path), [path])
  }
  return groups
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Whether one of the two is the other without leading folders. */
function isTail(a: string, b: string): boolean {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a]
  return long === short || long.endsWith(`/${short}`)
}
