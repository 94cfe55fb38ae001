/** A place of a plot that says something: where the pointer or the arrow keys can be. */
export interface Spot {
  /** CSS px in the plot */
  x: number
  y: number
  /** what is there, and its values by name */
  head: string
  values: readonly { name: string; text: string }[]
}

/** A spot as one line, for those who hear it. */
export function spotInWords({ head, values }: Spot): string {
  return [head, ...values.map(({ name, text }) => `${name} ${text}`.trim())].join(', ')
}

/**
 * The spot nearest to the pointer: over it in a plot of columns, within reach in a plot of places.
 * @param reach CSS px; null: columns, whose height does not matter
 */
export function spotAt(
  spots: readonly Spot[],
  { x, y }: { x: number; y: number },
  reach: number | null,
): number | null {
  let nearest: number | null = null
  let least = reach ?? Infinity
  spots.forEach((spot, i) => {
    const away = reach === null ? Math.abs(spot.x - x) : Math.max(Math.abs(spot.x - x), Math.abs(spot.y - y))
    if (away >= least) return
    least = away
    nearest = i
  })
  return nearest
}

/**
 * Where an arrow key leads: left and right along the list, up and down to the nearest in the next line. Undefined: no such key.
 * @param at null: nowhere yet
 */
export function spotByKey(spots: readonly Spot[], at: number | null, key: string): number | undefined {
  const last = spots.length - 1
  const ways: Record<string, () => number> = {
    ArrowRight: () => (at === null ? 0 : Math.min(last, at + 1)),
    ArrowLeft: () => (at === null ? last : Math.max(0, at - 1)),
    Home: () => 0,
    End: () => last,
    ArrowDown: () => inNextLine(spots, at ?? 0, 1),
    ArrowUp: () => inNextLine(spots, at ?? 0, -1),
  }
  return last < 0 ? undefined : ways[key]?.()
}

function inNextLine(spots: readonly Spot[], at: number, way: 1 | -1): number {
  const from = spots[at]!
  let [found, least] = [at, Infinity]
  spots.forEach((spot, i) => {
    const down = way * (spot.y - from.y)
    // the next line first, in it the nearest
    const away = down * 10_000 + Math.abs(spot.x - from.x)
    if (down <= 0 || away >= least) return
    ;[found, least] = [i, away]
  })
  return found
}
