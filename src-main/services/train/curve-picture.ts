import type { LearningCurve } from '../../core/tune/learning-curve.ts'

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [640, 320, 52, 150, 24, 40]

/** A learning curve as an SVG: points with their intervals, and the fit, which goes on where nothing was measured. */
export function curvePicture({ points, at, gain, more }: LearningCurve): string {
  const last = points.at(-1)!.images
  const most = last + more
  const values = [...points.flatMap(({ f2 }) => [f2.low, f2.high]), at(most)]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const x = (images: number): number => LEFT + (images / most) * (WIDTH - LEFT - RIGHT)
  const y = (f2: number): number => TOP + (1 - (f2 - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM)
  const fit = Array.from({ length: 60 }, (_, i) => points[0]!.images + ((most - points[0]!.images) * i) / 59)
  const path = (from: number, to: number): string =>
    fit
      .filter((images) => images >= from && images <= to)
      .map((images, i) => `${i ? 'L' : 'M'}${x(images).toFixed(1)} ${y(at(images)).toFixed(1)}`)
      .join('')
  const signed = `${gain.value < 0 ? '−' : '+'}${Math.abs(gain.value).toFixed(3)}`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="16" font-weight="600">F2 by labelled images, 95 % intervals over images</text>
<path d="${path(0, last)}" fill="none" stroke="#2b6cb0" stroke-width="1.5"/>
<path d="${path(last, most)}" fill="none" stroke="#2b6cb0" stroke-width="1.5" stroke-dasharray="4 4"/>
${points
  .map(
    ({ images, f2 }) =>
      `<line x1="${x(images)}" x2="${x(images)}" y1="${y(f2.low)}" y2="${y(f2.high)}" stroke="#333"/><circle cx="${x(images)}" cy="${y(f2.value)}" r="4" fill="#333"/><text x="${x(images)}" y="${HEIGHT - 20}" text-anchor="middle">${images}</text><text x="${x(images) + 8}" y="${y(f2.value) - 6}">${f2.value.toFixed(3)}</text>`,
  )
  .join('\n')}
<text x="${x(most) + 6}" y="${y(at(most)) + 4}" fill="#2b6cb0">${more} more: about ${signed}</text>
<text x="${LEFT - 8}" y="${y(low)}" text-anchor="end">${low.toFixed(2)}</text><text x="${LEFT - 8}" y="${y(high) + 8}" text-anchor="end">${high.toFixed(2)}</text>
</svg>
`
}
