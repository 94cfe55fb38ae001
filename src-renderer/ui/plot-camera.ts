/** How the plane of the plot lies on the screen: screen = value * scale + offset, both axes alike. */
export interface PlotCamera {
  /** CSS px per unit */
  scale: number
  x: number
  y: number
}

interface Size {
  width: number
  height: number
}

/**
 * Shows all values but the outermost hundredth on each side, with a margin, in the middle.
 * @param padding CSS px left free on each side
 */
export function fitPlot(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  view: Size,
  padding: number,
): PlotCamera {
  const [left, right] = bulk(xs)
  const [top, bottom] = bulk(ys)
  const scale = Math.min(
    Math.max(1, view.width - 2 * padding) / Math.max(1, right - left),
    Math.max(1, view.height - 2 * padding) / Math.max(1, bottom - top),
  )
  return {
    scale,
    x: view.width / 2 - ((left + right) / 2) * scale,
    y: view.height / 2 - ((top + bottom) / 2) * scale,
  }
}

/** Zooms by `factor` so that what lies under the screen point stays there. */
export function zoomPlot(camera: PlotCamera, at: { x: number; y: number }, factor: number): PlotCamera {
  const scale = Math.min(400, Math.max(0.02, camera.scale * factor))
  const real = scale / camera.scale
  return { scale, x: at.x - (at.x - camera.x) * real, y: at.y - (at.y - camera.y) * real }
}

/** The range between the first and the last hundredth of the values. */
function bulk(values: ArrayLike<number>): [number, number] {
  if (values.length === 0) return [0, 1]
  const sorted = Float64Array.from(values).sort()
  const cut = Math.floor(sorted.length / 100)
  return [sorted[cut]!, sorted[sorted.length - 1 - cut]!]
}
