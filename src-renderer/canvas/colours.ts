import { INSTANCE_HUES } from '../../src-main/core/edit/edit.ts'

/** The canvas' colours. Hues, lightness and chroma are the interface's tokens; instance colours look the same in both themes. */

export type Rgb = readonly [number, number, number]

/** OKLCH to sRGB, 0..255, cut to the gamut. Source: Ottosson, "A perceptual color space for image processing", 2020. */
export function oklchToRgb(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

function toByte(linear: number): number {
  const v = Math.min(1, Math.max(0, linear))
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055))
}

/** '#rrggbb' */
export function toHex([r, g, b]: Rgb): string {
  return '#' + [r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('')
}

const INSTANCE_RGB = INSTANCE_HUES.map((hue) => oklchToRgb(0.79, 0.125, hue))
const DARKER_RGB = INSTANCE_HUES.map((hue) => oklchToRgb(0.62, 0.14, hue))
const INSTANCE_HEX = INSTANCE_RGB.map(toHex)

/** RGB of instance colour 0..11. */
export function instanceRgb(colour: number): Rgb {
  return INSTANCE_RGB[colour] ?? [255, 255, 255]
}

/** RGB of the same colour where it lies on a light ground that is no picture: dark enough for small dots. */
export function instanceRgbOnLight(colour: number): Rgb {
  return DARKER_RGB[colour] ?? [96, 96, 96]
}

/** '#rrggbb' of instance colour 0..11. */
export function instanceColour(colour: number): string {
  return INSTANCE_HEX[colour] ?? '#ffffff'
}

/** Colours of the marks; on the image they are the same in both themes. */
export const MARK_RGB = {
  hit: oklchToRgb(0.8, 0.15, 165),
  missed: oklchToRgb(0.75, 0.17, 50),
  false: oklchToRgb(0.88, 0.16, 95),
  reference: [255, 255, 255],
  hidden: [255, 255, 255],
} as const satisfies Record<string, Rgb>

/** Areas to ignore: no colour of an instance. */
export const IGNORED_RGB: Rgb = [214, 214, 214]

/** '#rrggbb' of each mark's colour. */
export const MARK_HEX: Readonly<Record<keyof typeof MARK_RGB, string>> = {
  hit: toHex(MARK_RGB.hit),
  missed: toHex(MARK_RGB.missed),
  false: toHex(MARK_RGB.false),
  reference: toHex(MARK_RGB.reference),
  hidden: toHex(MARK_RGB.hidden),
}

/** What lies under outlines: black at 55 %. */
export const UNDER = 'rgb(0 0 0 / 0.55)'
export const TAG_GROUND = 'rgb(18 18 20 / 0.82)'
export const TAG_INK = '#ececee'
export const ACCENT = toHex(oklchToRgb(0.7, 0.14, 250))
