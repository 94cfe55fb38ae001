import type { MovedSetting } from '../../../src-main/core/draft/values.ts'

/** The settings of the clustering, as people know them. */
export const SETTING_NAMES: Record<MovedSetting, string> = {
  foreground: 'Foreground threshold',
  sigma: 'Smoothing',
  alpha: 'Merge alpha',
  minArea: 'Smallest area',
  minScore: 'Least score',
}
