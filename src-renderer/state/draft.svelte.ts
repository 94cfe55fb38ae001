import type { ProjectClient } from '../client/index.ts'
import type { ClusterSettings, EditPlan, HandChange, ImageScore } from '../../src-main/contract/wire.ts'
import type { DraftResult } from '../../src-main/core/draft/draft.ts'
import { MOVED, VALUES, type MovedSetting } from '../../src-main/core/draft/values.ts'
import type { Rle } from '../../src-main/core/mask/rle.ts'
import { scoreImage } from '../../src-main/core/metric/f2.ts'
import type { Cure, Explanation, Recipe } from '../../src-main/core/explain/explain.ts'
import type { Thread } from '../worker/thread.ts'
import { ClusterWorker, startThread } from './cluster-worker.ts'
import { handChangeOf } from './draft-plan.ts'
import { draftPredictions } from './draft-predictions.ts'
import type { ImageState, ShownPrediction } from './image-state.ts'
import type { OpenInference } from './open-inference.svelte.ts'
import type { EditTarget } from './stage.svelte.ts'

/** What a draft needs of its open image. */
export interface Surroundings {
  readonly image: number
  readonly client: ProjectClient
  readonly inference: OpenInference
  /** the image as it is stored, with what is being saved */
  state(): ImageState | null
  /** masks of the truth; null where the image is not finished, so that it has none */
  truth(): readonly Rle[] | null
  /** a sentence for a person, where an act failed */
  failed(error: unknown): void
}

/** F2 at each value of a setting, by its place in `VALUES`; what is not computed yet is left out. */
export type Curve = readonly (number | undefined)[]

/** Settings and changes that differ from those of the parent. */
interface Moved {
  settings: Partial<ClusterSettings>
  changes: readonly HandChange[]
}

/** What a draft was stored as. */
interface Kept {
  /** what still copies the predictions of other images; null: nothing */
  job: string | null
  run: number
}

const NOT_MOVED: Moved = { settings: {}, changes: [] }

/**
 * A draft run's predictions of the open image: the inference clustered with other settings, and changed by hand. Nothing that is
 * stored changes before it is kept. It goes with the image.
 */
export class Draft implements EditTarget {
  readonly kind = 'draft'
  /** what the settings and changes give; null before the first answer, which stands until the next one comes */
  result = $state.raw<DraftResult | null>(null)
  curves = $state.raw<Partial<Record<MovedSetting, Curve>>>({})
  /** what goes wrong in the embedding; null: not known yet, or the image has no truth */
  explanation = $state.raw<Explanation | null>(null)
  /** it is being kept, or is kept in a run that is not the current one yet */
  keeping = $state(false)
  #moved = $state.raw<Moved>(NOT_MOVED)
  #redo = $state.raw<readonly HandChange[]>([])
  /** how many changes by hand there were each time that truth took something of it */
  #acceptedAfter: readonly number[] = []
  readonly #around: Surroundings
  readonly #start: () => Thread
  #worker: { key: string; worker: ClusterWorker } | null = null
  #wanted = false
  #left = false
  #curvesOf: unknown = null
  /** what was stored, until the inference comes with it */
  #kept: { run: number; moved: Moved } | null = null

  constructor(around: Surroundings, start: () => Thread = startThread) {
    this.#around = around
    this.#start = start
  }

  /** null: there is no inference */
  readonly settings = $derived.by((): ClusterSettings | null => {
    const { value } = this.#around.inference
    return value && { ...value.settings, ...this.#moved.settings }
  })

  /** all changes by hand, those that were kept before first */
  readonly changes = $derived.by((): readonly HandChange[] => [
    ...(this.#around.inference.value?.changes ?? []),
    ...this.#moved.changes,
  ])

  /** it differs from what is stored */
  readonly active = $derived(this.#moved !== NOT_MOVED)

  /** what it would be beside the run's; as the run's own where nothing differs */
  readonly predictions = $derived.by((): readonly ShownPrediction[] => {
    const { pixels } = this.#around.inference.value ?? {}
    const stored = this.#around.state()?.predictions ?? []
    return this.active && this.result && pixels
      ? draftPredictions(this.result.instances, stored, pixels)
      : stored
  })

  /** its score against the truth as it stands; null where there is none */
  readonly score = $derived.by((): Pick<ImageScore, 'f2' | 'thresholds'> | null => {
    const truth = this.#around.truth()
    if (!truth || !this.result) return null
    const { f2, thresholds } = scoreImage(
      truth,
      this.result.instances.map(({ rle }) => rle),
    )
    return { f2, thresholds: [...thresholds] }
  })

  readonly canUndo = $derived(this.#moved.changes.length > 0)
  readonly canRedo = $derived(this.#redo.length > 0)

  /** A view shows it. */
  want(): void {
    this.#wanted = true
    this.#around.inference.want(false)
    void this.#compute()
  }

  /** Another inference, or other settings of the run, came. */
  refresh(): void {
    if (this.#kept && this.#around.inference.value?.run === this.#kept.run) this.#become(this.#kept.moved)
    if (this.#wanted) void this.#compute()
  }

  set(settings: Partial<ClusterSettings>): void {
    this.#move({ ...this.#moved, settings: { ...this.#moved.settings, ...settings } })
  }

  /** Makes a change by hand. */
  change(change: HandChange): void {
    this.#redo = []
    this.#move({ ...this.#moved, changes: [...this.#moved.changes, change] })
  }

  /** Takes a setting, or makes a change, that mends what was found. */
  mend(cure: Cure): void {
    if (cure.by === 'setting') this.set(cure.settings)
    else this.change(cure.change)
  }

  /** Makes the change by hand that a gesture of the canvas's tools comes to. */
  apply(plan: EditPlan): boolean {
    const state = this.#around.state()
    const change = state && this.settings && handChangeOf({ ...state, predictions: this.predictions }, plan)
    if (change) this.change(change)
    return Boolean(change)
  }

  accepted(): void {
    this.#acceptedAfter = [...this.#acceptedAfter, this.#moved.changes.length]
  }

  get acceptedLast(): boolean {
    return this.#acceptedAfter.at(-1) === this.#moved.changes.length
  }

  takenBack(): void {
    if (this.acceptedLast) this.#acceptedAfter = this.#acceptedAfter.slice(0, -1)
  }

  /** Takes the last change by hand back. */
  undo(): void {
    const last = this.#moved.changes.at(-1)
    if (!last) return
    this.#redo = [...this.#redo, last]
    this.#move({ ...this.#moved, changes: this.#moved.changes.slice(0, -1) })
  }

  redo(): void {
    const last = this.#redo.at(-1)
    if (!last) return
    this.#redo = this.#redo.slice(0, -1)
    this.#move({ ...this.#moved, changes: [...this.#moved.changes, last] })
  }

  discard(): void {
    this.#kept = null
    this.keeping = false
    this.#acceptedAfter = []
    this.#redo = []
    this.#move(NOT_MOVED)
  }

  /** Says what goes wrong with the settings as they are. */
  async explain(): Promise<void> {
    const [worker, truth] = [this.#worker?.worker, this.#around.truth()]
    if (!worker || !truth || !this.settings) {
      this.explanation = null
      return
    }
    const explanation = await worker.explain({ settings: this.settings, changes: this.changes }, truth)
    if (explanation && !this.#left && this.#worker?.worker === worker) this.explanation = explanation
  }

  /**
   * Computes the F2 at each value of each setting, one after the other, unless it is there already. It gives way to drafts; whoever
   * moves a setting ends it and asks again.
   */
  async drawCurves(): Promise<void> {
    const [worker, truth, of] = [this.#worker?.worker, this.#around.truth(), this.#curvesKey()]
    if (!worker || !truth || !this.settings || sameParts(of, this.#curvesOf)) return
    const recipe = { settings: this.settings, changes: this.changes }
    this.#curvesOf = of
    this.curves = {}
    for (const setting of MOVED) {
      const curve: (number | undefined)[] = []
      for (const value of VALUES[setting]) {
        const moved = { ...recipe, settings: { ...recipe.settings, [setting]: value } }
        const f2 = await worker.f2(moved, truth)
        if (f2 === null || this.#curvesOf !== of) return
        curve.push(f2)
        this.curves = { ...this.curves, [setting]: [...curve] }
      }
    }
  }

  /**
   * Stores it for this image: in a draft run of its own, or in the current run where that is one. It stays a draft until that run is the current one, so
   * that nothing is shown as it was before, nor changed from there. @returns null: it was not stored
   */
  async keep(): Promise<Kept | null> {
    const store = this.#storing()
    if (!store || this.keeping) return null
    const moved = this.#moved
    this.keeping = true
    try {
      const kept = await store()
      this.#kept = { run: kept.run, moved }
      await this.#around.inference.refresh()
      return kept
    } catch (error) {
      this.#around.failed(error)
      this.keeping = false
      return null
    }
  }

  /** Stores what has not been kept, also once its image is left; null: there is no such thing. */
  unkept(): (() => Promise<unknown>) | null {
    return this.active && !this.keeping ? this.#storing() : null
  }

  #storing(): (() => Promise<Kept>) | null {
    const { settings, changes } = this
    const { image, client, inference } = this.#around
    const run = inference.value?.run
    if (!settings || run == null) return null
    return () => client.drafts.keep({ image, run, settings, changes: [...changes] })
  }

  /** Makes the run of these settings the current one, over all images that its version has looked at; changes by hand are not in it. */
  async applyToAll(): Promise<void> {
    const { settings } = this
    const { image, client, inference } = this.#around
    const run = inference.value?.run
    if (!settings || run == null || this.keeping) return
    await this.#act(async () => {
      await client.runs.choose({ run, ...settings, first: image })
      await inference.refresh()
    })
  }

  /** Another image is on the screen. */
  leave(): void {
    this.#left = true
    this.#worker?.worker.end()
  }

  /** The run holds what was kept: what was moved since stays a draft. */
  #become(kept: Moved): void {
    const { settings, changes } = this.#moved
    this.#kept = null
    this.keeping = false
    if (this.#moved === NOT_MOVED) return
    const since = {
      settings: settings === kept.settings ? {} : settings,
      changes: kept.changes.every((change, i) => change === changes[i])
        ? changes.slice(kept.changes.length)
        : changes,
    }
    if (since.changes.length === 0 && Object.keys(since.settings).length === 0) this.discard()
    else this.#move(since)
  }

  #move(moved: Moved): void {
    this.#moved = moved
    this.#curvesOf = null
    void this.#compute()
  }

  async #act(act: () => Promise<unknown>): Promise<void> {
    const moved = this.#moved
    this.keeping = true
    try {
      await act()
      // what was moved while it was being stored stays a draft
      if (this.#moved === moved) this.discard()
    } catch (error) {
      this.#around.failed(error)
    }
    this.keeping = false
  }

  async #compute(): Promise<void> {
    const { settings, changes } = this
    const worker = this.#workerOfNow()
    if (!worker || !settings) return
    const recipe: Recipe = { settings, changes }
    const draft = await worker.draft(recipe)
    if (draft && !this.#left && this.#worker?.worker === worker) this.result = draft
  }

  /** The thread that has the inference that is there now. */
  #workerOfNow(): ClusterWorker | null {
    const { value } = this.#around.inference
    if (!value || this.#left) return null
    if (this.#worker?.key === value.key) return this.#worker.worker
    this.#worker?.worker.end()
    const worker = new ClusterWorker(this.#start(), value.pixels, value.calibration)
    this.#worker = { key: value.key, worker }
    return worker
  }

  #curvesKey(): readonly unknown[] {
    return [this.#worker?.key, this.#moved, this.#around.inference.value, this.#around.truth()]
  }
}

function sameParts(a: readonly unknown[], b: unknown): boolean {
  return Array.isArray(b) && a.length === b.length && a.every((part, i) => part === b[i])
}
