interface Line {
  name: string
  points: readonly { x: number; y: number }[]
}

/**
 * What lines say at each x where any of them has a point, from left to right: the values of those that have one there.
 * @param lines x in the plot's own units
 */
export function valuesByX(lines: readonly Line[]): { x: number; values: { name: string; y: number }[] }[] {
  const byX = new Map<number, { name: string; y: number }[]>()
  for (const { name, points } of lines) {
    for (const { x, y } of points) {
      const there = byX.get(x)
      if (there) there.push({ name, y })
      else byX.set(x, [{ name, y }])
    }
  }
  return Array.from(byX, ([x, values]) => ({ x, values })).sort((a, b) => a.x - b.x)
}
