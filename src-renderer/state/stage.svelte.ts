import type { EditPlan } from '../../src-main/contract/wire.ts'
import type { EditPrediction } from '../../src-main/core/edit/edit.ts'
import type { Rle } from '../../src-main/core/mask/rle.ts'
import type {
  Canvas,
  InstanceRef,
  Layers,
  PointerReport,
  Target,
  ToolEntry,
  ToolName,
} from '../canvas/index.ts'
import { DEFAULT_LAYERS, TOOLS, TOOL_NAMES } from '../canvas/index.ts'

/** What the tools change, and who takes what they do to it: truth, or a draft run. */
export interface EditTarget {
  readonly kind: Target
  /** what it has in place of the current run's predictions */
  readonly predictions: readonly EditPrediction[]
  /** why nothing of it can be changed; left out: gestures are tried */
  readonly fixed?: string
  /** Shows what a gesture comes to, and keeps it. @returns whether it was taken; if not, it was said why */
  apply(plan: EditPlan): boolean
  /** left out: nothing can be changed in it */
  readonly canUndo?: boolean
  readonly canRedo?: boolean
  undo?(): void
  /** truth took something of it, which is an edit of truth and its undo that of truth */
  accepted?(): void
  /** that was the last thing done, so that undo means truth */
  readonly acceptedLast?: boolean
  /** truth gave it back */
  takenBack?(): void
  redo?(): void
}

/** The one canvas beneath the views: what the view in front shows on it, and what it reports. */
export class Stage {
  canvas = $state.raw<Canvas | null>(null)
  /** the element that the canvas lives in; views put it in their place */
  host = $state.raw<HTMLElement | null>(null)
  layers = $state.raw<Layers>(DEFAULT_LAYERS)
  /** null: truth */
  target = $state.raw<EditTarget | null>(null)
  tool = $state<ToolName>('select')
  /** the tool's next step */
  hint = $state('')
  pointer = $state.raw<PointerReport | null>(null)
  /** CSS pixels per image pixel */
  scale = $state(1)

  /** what the view in front does with pixels that are pointed at; null: nothing, and no tool for it is offered */
  onPick = $state.raw<((pixels: Rle | null) => void) | null>(null)

  /** the tools that are of use in the view in front, in the order of the tool bar */
  readonly offered = $derived(TOOL_NAMES.filter((name) => this.refusal(name) === null))

  /** the menu of an instance, or of the image, at a place of the window in CSS px; null: closed */
  menu = $state.raw<{ instance: InstanceRef | null; x: number; y: number } | null>(null)
  /** name of the image that is compared with; null: the open one is shown */
  compared = $state<string | null>(null)

  /** Why a tool is of no use in the view in front; null: it is. */
  refusal(name: ToolName): string | null {
    const { picks, looks, refusesDrafts }: ToolEntry = TOOLS[name]
    if (picks && !this.onPick) return 'The lasso shows points of the embedding: it is a tool of Embeddings.'
    if (!looks && this.target?.fixed !== undefined) return this.target.fixed
    return this.target ? (refusesDrafts ?? null) : null
  }

  /** Shows the image before for the time being. @returns whether there is one */
  compare(held: boolean): boolean {
    this.compared = this.canvas?.compare(held) ?? null
    return this.compared !== null
  }

  zoom(direction: 1 | -1): void {
    this.canvas?.camera.zoomBy(direction > 0 ? 1.25 : 0.8)
  }

  /** Gives the keyboard back to the canvas. */
  focus(): void {
    document.querySelector<HTMLElement>('[data-canvas]')?.focus()
  }

  /** Lets go of a canvas that is about to be destroyed. */
  release(canvas: Canvas): void {
    if (this.canvas !== canvas) return
    this.canvas = null
    this.host = null
    this.menu = null
    this.hint = ''
    this.pointer = null
  }
}
