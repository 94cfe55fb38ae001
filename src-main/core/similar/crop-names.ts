/** Crops whose names say where in a scene they lie, and whose pixels say that it is so. */

/** What a name says of a crop: the scene, and two numbers that may be its place. */
export interface CropName {
  /** the path with the two numbers taken out */
  scene: string
  numbers: [number, number]
}

/** The last two numbers of a file's name; null: it has no two. @param path with '/' */
export function cropNameOf(path: string): CropName | null {
  const slash = path.lastIndexOf('/') + 1
  const dot = path.lastIndexOf('.')
  const stem = path.slice(slash, dot > slash ? dot : undefined)
  const found = [...stem.matchAll(/\d+/g)].slice(-2)
  const [first, second] = found
  if (!first || !second) return null
  const scene = `${path.slice(0, slash)}${stem.slice(0, first.index)}#${stem.slice(first.index + first[0].length, second.index)}#${stem.slice(second.index + second[0].length)}`
  return { scene, numbers: [Number(first[0]), Number(second[0])] }
}

/** A crop's pixels. */
export interface GreyCrop {
  width: number
  height: number
  /** [H * W] luminance, 0..255 */
  grey: Uint8Array
}

/** By how much the second of two crops may lie right of and below the first, in px, if their names are places. */
function offsetsOf(
  first: readonly [number, number],
  second: readonly [number, number],
  { width, height }: { width: number; height: number },
): { dx: number; dy: number }[] {
  const [a, b] = [second[0] - first[0], second[1] - first[1]]
  const pixels = [
    { dx: a, dy: b },
    { dx: b, dy: a },
  ]
  const steps = [1, 0.75, 0.5].flatMap((share) => [
    { dx: Math.round(a * share * width), dy: Math.round(b * share * height) },
    { dx: Math.round(b * share * width), dy: Math.round(a * share * height) },
  ])
  const near = Math.abs(a) <= 3 && Math.abs(b) <= 3
  return (near ? [...pixels, ...steps] : pixels).filter(
    ({ dx, dy }) => (dx !== 0 || dy !== 0) && Math.abs(dx) <= width && Math.abs(dy) <= height,
  )
}

/** Likeness of two areas above which they are one: crops compressed anew still agree to far more. */
const [SAME_AREA, SAME_SEAM] = [0.9, 0.7]

/** An overlap narrower than this, in px, or flatter, in grey levels, says nothing. */
const [NARROWEST, FLATTEST] = [8, 1]

/**
 * Whether pixels bear out that the second crop lies (dx, dy) from the first: where they overlap they agree, where they only touch the one
 * goes on in the other.
 * @returns null: nothing to tell it by
 */
function agreeAt(first: GreyCrop, second: GreyCrop, { dx, dy }: { dx: number; dy: number }): boolean | null {
  const left = Math.max(0, dx)
  const right = Math.min(first.width, dx + second.width)
  const top = Math.max(0, dy)
  const bottom = Math.min(first.height, dy + second.height)
  if (right - left >= NARROWEST && bottom - top >= NARROWEST) {
    return likeness(pairs(first, second, { left, right, top, bottom }, { dx, dy }), SAME_AREA)
  }
  if (dy === 0 && dx === first.width) return seam(first, second, first.width - 1, 0, 'column')
  if (dx === 0 && dy === first.height) return seam(first, second, first.height - 1, 0, 'row')
  return null
}

function seam(
  first: GreyCrop,
  second: GreyCrop,
  last: number,
  next: number,
  along: 'row' | 'column',
): boolean | null {
  const length = along === 'row' ? Math.min(first.width, second.width) : Math.min(first.height, second.height)
  const at = ({ width, grey }: GreyCrop, line: number, i: number): number =>
    (along === 'row' ? grey[line * width + i] : grey[i * width + line])!
  const values = Array.from(
    { length },
    (_, i) => [at(first, last, i), at(second, next, i)] as [number, number],
  )
  return likeness(values, SAME_SEAM)
}

/** Pixels that two crops have of one place: some ten thousand of them. */
function pairs(
  first: GreyCrop,
  second: GreyCrop,
  area: { left: number; right: number; top: number; bottom: number },
  { dx, dy }: { dx: number; dy: number },
): [number, number][] {
  const { left, right, top, bottom } = area
  const every = Math.max(1, Math.floor(Math.sqrt(((right - left) * (bottom - top)) / 10_000)))
  const found: [number, number][] = []
  for (let y = top; y < bottom; y += every) {
    for (let x = left; x < right; x += every) {
      found.push([first.grey[y * first.width + x]!, second.grey[(y - dy) * second.width + x - dx]!])
    }
  }
  return found
}

/** Pearson's correlation against a bound; null where one side is flat. */
function likeness(values: readonly (readonly [number, number])[], bound: number): boolean | null {
  const n = values.length
  let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0]
  for (const [x, y] of values) {
    a += x
    b += y
    aa += x * x
    bb += y * y
    ab += x * y
  }
  const [va, vb] = [aa / n - (a / n) ** 2, bb / n - (b / n) ** 2]
  if (va < FLATTEST ** 2 || vb < FLATTEST ** 2) return null
  return (ab / n - (a / n) * (b / n)) / Math.sqrt(va * vb) > bound
}

/** Neighbours of a scene whose pixels are compared. */
const PAIRS = 6

/**
 * Crops of what may be one scene, to be compared: neighbours by their numbers, with the places that the second may have from the first.
 * @returns pairs of places in the list
 */
export function pairsToCompare(
  crops: readonly { numbers: [number, number]; width: number; height: number }[],
): { first: number; second: number; offsets: { dx: number; dy: number }[] }[] {
  const order = crops.map((crop, at) => ({ ...crop, at }))
  order.sort((a, b) => a.numbers[0] - b.numbers[0] || a.numbers[1] - b.numbers[1])
  const pairs = order.flatMap((crop, i) => {
    for (const next of order.slice(i + 1, i + 12)) {
      const offsets = offsetsOf(crop.numbers, next.numbers, crop)
      if (offsets.length > 0) return [{ first: crop.at, second: next.at, offsets }]
    }
    return []
  })
  const every = Math.max(1, Math.ceil(pairs.length / PAIRS))
  return pairs.filter((_, i) => i % every === 0)
}

/** Whether crops are of one scene, by what was found of their pairs: most that tell anything agree. @returns null: none tells anything */
export function isOneScene(answers: readonly (boolean | null)[]): boolean | null {
  const told = answers.filter((answer) => answer !== null)
  return told.length === 0 ? null : told.filter(Boolean).length * 2 > told.length
}

/** What several possible places say of one pair: one that fits is enough. */
export function agreeAnywhere(
  first: GreyCrop,
  second: GreyCrop,
  offsets: readonly { dx: number; dy: number }[],
): boolean | null {
  const found = offsets.map((offset) => agreeAt(first, second, offset))
  return found.includes(true) ? true : found.includes(false) ? false : null
}
