import type { EditPlan } from '../../src-main/contract/wire.ts'
import type { EditState, Planned } from '../../src-main/core/edit/edit.ts'
import { applyPlan } from '../../src-main/core/edit/edit.ts'
import type { Box } from '../../src-main/core/geometry/box.ts'
import type { ImagePoint } from '../../src-main/core/geometry/points.ts'
import type { Size } from '../../src-main/core/mask/rle.ts'
import type { InstanceRef } from './instance-ref.ts'
import { DEFAULT_LAYERS } from './api.ts'
import { Raster } from './raster/raster.ts'
import type { SceneInstance, SceneSettings } from './scene.ts'
import { keepMasks, sceneOf } from './scene.ts'
import type { Target } from './target.ts'
import { fromEdited, toEdited } from './target.ts'

/** What must be drawn again. */
export interface Changes {
  fills: boolean
  vector: boolean
}

/** The instances on the canvas: as they stand, as they would be if the gesture ended now, and as pixels to draw and to hit. */
export class Shown {
  #content: EditState | null = null
  /** what gestures change, as tools see it; made when it is asked for */
  #edited: EditState | null = null
  #target: Target = 'truth'
  #settings: SceneSettings = DEFAULT_LAYERS
  #hidden = false
  #scene: readonly SceneInstance[] = []
  #live: readonly SceneInstance[] | null = null
  #changed: ReadonlySet<string> = new Set()
  #truth = new Raster({ width: 1, height: 1 })
  #predictions = new Raster({ width: 1, height: 1 })

  get content(): EditState | null {
    return this.#content
  }

  get target(): Target {
    return this.#target
  }

  /** The image as tools see it: what gestures change stands in `truth`. */
  get edited(): EditState | null {
    this.#edited ??= this.#content && toEdited(this.#content, this.#target)
    return this.#edited
  }

  /** Everything as it stands, predictions below truth. */
  get scene(): readonly SceneInstance[] {
    return this.#scene
  }

  get truthRaster(): Raster {
    return this.#truth
  }

  get predictionRaster(): Raster {
    return this.#predictions
  }

  /** What the vector layer draws: all that the gesture does not change. */
  get still(): readonly SceneInstance[] {
    return this.#changed.size === 0 ? this.#scene : this.#scene.filter(({ id }) => !this.#changed.has(id))
  }

  /** What the gesture changes, as it would be. */
  get moving(): readonly SceneInstance[] {
    return this.#live?.filter(({ id }) => this.#changed.has(id)) ?? []
  }

  clear(size: Size): void {
    this.#content = null
    this.#truth = new Raster(size)
    this.#predictions = new Raster(size)
    this.#rebuild()
  }

  setContent(content: EditState): void {
    this.#content = keepMasks(this.#content, content)
    this.#rebuild()
  }

  setTarget(target: Target): void {
    this.#target = target
    this.#rebuild()
  }

  /** The image after a plan on what is edited. */
  after(plan: EditPlan): EditState | null {
    const { edited } = this
    return this.#content && edited && fromEdited(this.#content, applyPlan(edited, plan), this.#target)
  }

  setSettings(settings: SceneSettings): void {
    this.#settings = settings
    this.#rebuild()
  }

  /** Hides all instances: nothing is hit. */
  setHidden(hidden: boolean): void {
    this.#hidden = hidden
  }

  /** Shows what a gesture would come to; null: nothing is going on. */
  setLive(planned: Planned | null): Changes {
    const before = this.#changed
    const wasLive = this.#live !== null
    const plan = planned && 'plan' in planned ? planned.plan : null
    const after = plan && plan.instances.length > 0 ? this.after(plan) : null
    if (plan && after) {
      this.#live = sceneOf(after, this.#settings)
      this.#changed = new Set(plan.instances.map(({ instance }) => instance))
    } else {
      this.#live = null
      this.#changed = new Set()
    }
    if (wasLive || this.#live) this.#fillRasters()
    const same = before.size === this.#changed.size && [...before].every((id) => this.#changed.has(id))
    return { fills: wasLive || this.#live !== null, vector: !same }
  }

  find(id: string): SceneInstance | null {
    return this.#scene.find((instance) => instance.id === id) ?? null
  }

  /** Instances at a point, nearest first; truth before predictions where both are as near, and areas to ignore after what is in them. @param reach image pixels */
  hits(at: ImagePoint, reach: number): InstanceRef[] {
    if (this.#hidden) return []
    return [
      ...this.#truth.hits(at, reach).map((hit) => ({ ...hit, kind: 'truth' as const })),
      ...this.#predictions.hits(at, reach).map((hit) => ({ ...hit, kind: 'prediction' as const })),
    ]
      .map((hit) => ({ ...hit, beneath: this.find(hit.id)?.ignored === true ? 1 : 0 }))
      .sort((a, b) => a.distance - b.distance || a.beneath - b.beneath)
      .map(({ kind, id }) => ({ kind, id }))
  }

  /** Instances that lie wholly inside a box of the image. */
  inside(box: Box): InstanceRef[] {
    if (this.#hidden) return []
    return this.#scene
      .filter(
        ({ bounds }) =>
          bounds.x >= box.x &&
          bounds.y >= box.y &&
          bounds.x + bounds.width <= box.x + box.width &&
          bounds.y + bounds.height <= box.y + box.height,
      )
      .map(({ kind, id }) => ({ kind, id }))
  }

  #rebuild(): void {
    this.#edited = null
    this.#scene = this.#content ? sceneOf(this.#content, this.#settings) : []
    this.#live = null
    this.#changed = new Set()
    this.#fillRasters()
  }

  #fillRasters(): void {
    const instances = this.#live ?? this.#scene
    this.#truth.set(instances.filter(({ kind }) => kind === 'truth'))
    this.#predictions.set(instances.filter(({ kind }) => kind === 'prediction'))
  }
}
