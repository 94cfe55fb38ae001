import { InvalidArgumentError, Option } from 'commander'
import { LABEL_FORMAT_IDS } from '../contract/label-formats.ts'
import type { Size } from '../core/mask/rle.ts'

/** Readers of option values; what they refuse is wrong usage. */

/** '768x768': width x height in px. */
export function size(text: string): Size {
  const match = /^([1-9]\d{0,6})x([1-9]\d{0,6})$/i.exec(text)
  if (!match) throw new InvalidArgumentError('Write width x height in pixels, like 768x768.')
  return { width: Number(match[1]), height: Number(match[2]) }
}

/** A reader of whole numbers from `low` to `high`. */
export function whole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (!(value >= low && value <= high)) {
      throw new InvalidArgumentError(`Write a whole number from ${low} to ${high}.`)
    }
    return value
  }
}

/** A reader of multiples of `step` from `low` to `high`. */
export function multiple(step: number, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = whole(low, high)(text)
    if (value % step === 0) return value
    const nearest = Math.min(high, Math.max(low, Math.round(value / step) * step))
    throw new InvalidArgumentError(`Write a multiple of ${step}, like ${nearest}.`)
  }
}

/** A reader of numbers above 0, up to `high`. */
export function positive(high: number): (text: string) => number {
  return (text) => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN
    if (!(value > 0 && value <= high)) {
      throw new InvalidArgumentError(`Write a number above 0, up to ${high}.`)
    }
    return value
  }
}

/** A number from 0 to `high`. */
export function upTo(high: number): (text: string) => number {
  return (text) => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN
    if (!(value >= 0 && value <= high)) throw new InvalidArgumentError(`Write a number from 0 to ${high}.`)
    return value
  }
}

/** '0.6': a share of a whole, 0 to 1. */
export const share = upTo(1)

/** An option that names a label format. */
export function formatOption(flag: string, description: string): Option {
  return new Option(`${flag} <id>`, description).choices(LABEL_FORMAT_IDS)
}

/** 'boat=ship': one more pair, for an option that comes several times. */
export function pairs(text: string, before: [string, string][] = []): [string, string][] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Write from=to, like boat=ship.')
  return [...before, [text.slice(0, at), text.slice(at + 1)]]
}
