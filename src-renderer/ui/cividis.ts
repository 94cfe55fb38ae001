/** Ten colours at 0, 1/9, ... 1 of matplotlib's cividis map (Nunez, Anderton and Renslow 2018), sRGB. */
const STOPS: readonly (readonly [number, number, number])[] = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
]

function channels(value: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, value)) * (STOPS.length - 1)
  const low = Math.min(STOPS.length - 2, Math.floor(at))
  const [a, b] = [STOPS[low]!, STOPS[low + 1]!]
  const mix = (i: 0 | 1 | 2) => Math.round(a[i] + (b[i] - a[i]) * (at - low))
  return [mix(0), mix(1), mix(2)]
}

/** The CSS colour of a score. @param value 0..1, clipped */
export function cividis(value: number): string {
  return `rgb(${channels(value).join(' ')})`
}

/** Black or white, whichever reads better on {@link cividis} of the same value. */
export function inkOnCividis(value: number): string {
  const [r, g, b] = channels(value).map((c) => {
    const s = c / 255
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
  })
  const luminance = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  return luminance > 0.18 ? 'black' : 'white'
}
