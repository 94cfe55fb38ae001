import type { Policy } from '../../src-main/core/edit/edit.ts'
import type { BrushTip } from '../../src-main/core/mask/shapes.ts'
import type { Display as CanvasDisplay, PenUse, WheelUse } from '../canvas/index.ts'
import { Remembered } from './remembered.svelte.ts'

/** What each overlap policy means. */
export const POLICY_NOTES: Readonly<Record<Policy, string>> = {
  yield: 'Taken pixels stay where they are',
  take: 'Taken pixels change hands',
  allow: 'Pixels may belong to both',
}

/** How masks are shown; lasts from one start to the next. */
export class Display {
  /** fill of truth, 0..1 */
  readonly truth = new Remembered<number>('truth-fill', 0.35)
  /** fill of predictions, 0..1 */
  readonly prediction = new Remembered<number>('prediction-fill', 0.2)
  readonly truthShown = new Remembered<boolean>('truth-shown', true)
  readonly predictionShown = new Remembered<boolean>('prediction-shown', true)
  /** off: outlines alone */
  readonly filled = new Remembered<boolean>('filled', true)
  readonly crosshair = new Remembered<boolean>('crosshair', false)
  /** what is not selected, while something is */
  rest = $state<CanvasDisplay['rest']>('full')
  readonly mapShown = new Remembered<boolean>('map-shown', true)
  /** predictions below this score are not shown, 0..1 */
  readonly leastScore = new Remembered<number>('least-score', 0)
  /** instances bear the colours of their categories instead of their own */
  readonly byCategory = new Remembered<boolean>('by-category', false)
  /** what the wheel does on the canvas */
  readonly wheel = new Remembered<WheelUse>('wheel', 'device')
  /** what the pressure of a pen does */
  readonly pen = new Remembered<PenUse>('pen', 'ignored')
  /** an image that is opened first is shown at the zoom and place of the one before it */
  readonly keepCamera = new Remembered<boolean>('keep-camera', false)
  /** px */
  readonly brushSize = new Remembered<number>('brush-size', 12)
  readonly brushTip = new Remembered<BrushTip['tip']>('brush-tip', 'round')
  /** how much the wand takes around what is pointed at: -1 narrow, 0 as the settings say, 1 wide */
  reach = $state(0)
  /** what becomes of pixels that another instance holds */
  policy = $state<Policy>('yield')
  /** while the key is held */
  allHidden = $state(false)

  nextRest(): void {
    this.rest = ({ full: 'dim', dim: 'hidden', hidden: 'full' } as const)[this.rest]
  }

  /** Widens the wand, or narrows it. */
  widen(wider: boolean): void {
    this.reach = Math.min(1, Math.max(-1, Math.round(10 * this.reach + (wider ? 1 : -1)) / 10))
  }

  resizeBrush(larger: boolean): void {
    const size = this.brushSize.value
    const step = size < 10 ? 1 : size < 40 ? 2 : 5
    this.brushSize.value = Math.min(200, Math.max(1, size + (larger ? step : -step)))
  }
}
