import type { ClusterSettings, SweepResult } from '../../contract/wire.ts'
import { FEWEST_SWEPT, SWEPT, type SweptSetting } from './sweep.ts'

/** What settings are called in a sentence. */
export const SETTING_WORDS: Record<SweptSetting, string> = {
  foreground: 'foreground',
  sigma: 'smoothing',
  alpha: 'alpha',
  minArea: 'smallest area',
  minScore: 'least score',
}

/** A setting's value as people read it. @param value null: smoothing by size */
export function settingText(setting: SweptSetting, value: number | null): string {
  if (value === null) return 'by size'
  if (setting === 'sigma') return `${value.toFixed(1)} px`
  if (setting === 'alpha') return value.toFixed(1)
  return setting === 'minArea' ? `${value} px` : value.toFixed(2)
}

/** What other settings move, as 'alpha 2.4 to 1.6'. */
function movedText(own: ClusterSettings, best: ClusterSettings): string {
  return SWEPT.filter((setting) => own[setting] !== best[setting])
    .map(
      (setting) =>
        `${SETTING_WORDS[setting]} ${settingText(setting, own[setting])} to ${settingText(setting, best[setting])}`,
    )
    .join(', ')
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`

/** What a sweep found, in two sentences: what is better, by how much, and whether that is more than chance. */
export function sweepInWords({ own, best, ownF2, bestF2, gain, better, images }: SweepResult): string {
  const on = `${images} validation ${images === 1 ? 'image' : 'images'}`
  const moved = movedText(own, best)
  const interval = `${signed(gain.value)} [${signed(gain.low)}, ${signed(gain.high)}]`
  if (moved === '')
    return `Of all settings tried the run's own are the best on ${on}: F2 ${ownF2.toFixed(3)}.`
  if (better) {
    return `Better by more than chance: ${moved}. F2 ${ownF2.toFixed(3)} to ${bestF2.toFixed(3)} on ${on}; ${interval} on those that had no say in the choice.`
  }
  const found = `${moved}, F2 ${ownF2.toFixed(3)} to ${bestF2.toFixed(3)}`
  if (images < FEWEST_SWEPT) {
    const there = images === 1 ? 'is 1. On it' : `are ${images}. On those`
    return `The settings stay: to choose others takes ${FEWEST_SWEPT} finished validation images, and there ${there} the best would be ${found}.`
  }
  return `Nothing is better by more than chance, so the settings stay: ${found} on ${on} would be the best, but on images that had no say in the choice the gain is ${interval}.`
}
