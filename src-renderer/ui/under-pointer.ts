interface Line {
  name: string
  points: readonly { x: number; y: number }[]
}

/**
 * What a plot says at a place: the x of the point that lies nearest, and the values of all lines that have a point there.
 * @param x in the plot's own units
 * @returns null where no line has a point
 */
export function underPointer(
  lines: readonly Line[],
  x: number,
): { x: number; values: { name: string; y: number }[] } | null {
  let nearest: number | null = null
  for (const { points } of lines) {
    for (const point of points) {
      if (nearest === null || Math.abs(point.x - x) < Math.abs(nearest - x)) nearest = point.x
    }
  }
  if (nearest === null) return null
  const values = lines.flatMap(({ name, points }) => {
    const there = points.find((point) => point.x === nearest)
    return there ? [{ name, y: there.y }] : []
  })
  return { x: nearest, values }
}
