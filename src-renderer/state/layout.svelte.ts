import { Remembered } from './remembered.svelte.ts'

export const VIEWS = ['annotate', 'embeddings', 'review', 'train'] as const
export type View = (typeof VIEWS)[number]

/** px; below this width of the window the right panel is hidden until it is asked for */
export const DRAWER_BELOW = 1100

/** Which view stands, and how large its parts are. */
export class Layout {
  view = $state<View>('annotate')
  /** two runs that are compared, in the place of the view; null: none are */
  compared = $state.raw<{ first: number; second: number } | null>(null)
  readonly queueWidth = new Remembered<number>('queue-width', 280)
  readonly panelWidth = new Remembered<number>('panel-width', 300)
  readonly worstWidth = new Remembered<number>('worst-width', 416)
  readonly whyWidth = new Remembered<number>('why-width', 420)
  /** of the embedding plot: how many points lie where, beneath them */
  readonly plotDensity = new Remembered<boolean>('plot-density', true)
  /** in the image of Embeddings: where each pixel points */
  readonly plotArrows = new Remembered<boolean>('plot-arrows', false)
  /** of the window's width, 0..1 */
  readonly plotShare = new Remembered<number>('plot-share', 0.516)
  readonly settingsWidth = new Remembered<number>('settings-width', 304)
  readonly versionsWidth = new Remembered<number>('versions-width', 368)
  readonly left = new Remembered<boolean>('left-shown', true)
  readonly right = new Remembered<boolean>('right-shown', true)
  /** px, kept by the window's root */
  windowWidth = $state(1440)
  readonly narrow = $derived(this.windowWidth < DRAWER_BELOW)
  /** the right panel of a narrow window: hidden at first, whatever the wide window remembers */
  drawer = $state(false)
  /** whether the view in front has the canvas */
  readonly hasCanvas = $derived(this.view !== 'train')
  readonly rightShown = $derived(this.narrow ? this.drawer : this.right.value)
  keysShown = $state(false)

  toggleLeft(): void {
    this.left.value = !this.left.value
  }

  toggleRight(): void {
    if (this.narrow) this.drawer = !this.drawer
    else this.right.value = !this.right.value
  }
}
