import type { Random } from '../random.ts'
import { between, normal } from '../random.ts'

/** How far the light of a crop may differ from its image's. */
export interface LightSettings {
  /** standard deviation of the logarithm of brightness */
  gain: number
  /** the same for each channel by itself */
  cast: number
  /** standard deviation of the logarithm of gamma */
  gamma: number
  /** largest standard deviation of noise, in 8-bit levels */
  noise: number
  /** share of crops with haze */
  haze: number
}

/**
 * Draws a change of light.
 * @returns for each channel the new value of each 8-bit value, 0..255, and the noise to add afterwards
 */
export function lightTables(
  random: Random,
  settings: LightSettings,
): { tables: [Float32Array, Float32Array, Float32Array]; noise: number } {
  const gain = Math.exp(settings.gain * normal(random))
  const gamma = Math.exp(settings.gamma * normal(random))
  const haze = random() < settings.haze ? between(random, 0.05, 0.3) : 0
  const veil = between(random, 110, 190)
  const noise = random() < 0.5 ? settings.noise * random() ** 2 : 0
  const table = (): Float32Array => {
    const own = gain * Math.exp(settings.cast * normal(random))
    return Float32Array.from({ length: 256 }, (_, value) => {
      const lit = 255 * (value / 255) ** gamma * own
      return Math.min(255, lit + (veil - lit) * haze)
    })
  }
  return { tables: [table(), table(), table()], noise }
}
