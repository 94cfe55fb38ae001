import { DrydockError } from '../../src-main/contract/errors.ts'
import type { EditPlan, EditResult } from '../../src-main/contract/wire.ts'

/** One thing a person did to one image, waiting for the backend's word that it is saved. */
export interface Gesture {
  readonly gestureId: string
  readonly image: number
  readonly step: { kind: 'apply'; plan: EditPlan } | { kind: 'undo' } | { kind: 'redo' }
  /** whether the window already shows it */
  readonly shown: boolean
}

export interface QueueHost {
  /** Sends one gesture; resolves once it is committed. */
  send(gesture: Gesture, expectedRevision: number): Promise<EditResult>
  /** The image's revision as last acknowledged. */
  revision(image: number): number
  /** @param seconds from the gesture's end to the answer */
  acknowledged(gesture: Gesture, result: EditResult, seconds: number): void
  /**
   * Somebody else has changed the image: fetch it, and answer which of its waiting gestures still fit on it.
   * They are sent again, on the new revision.
   */
  conflict(image: number, waiting: readonly Gesture[]): Promise<readonly Gesture[]>
  /** The backend will never take this gesture; it has left the queue, and so have the later ones on its image. */
  refused(image: number, dropped: readonly Gesture[], error: DrydockError): void
  /** There was nothing to undo or redo: the image is as it was, the gesture has left the queue, and the later ones stay. */
  nothingToDo(gesture: Gesture): void
  /** The state has changed: waiting, failing, saved. */
  changed(): void
  /** Seconds since some fixed moment. */
  now(): number
  /** Calls `act` after `seconds`; answers how to call it off. */
  later(seconds: number, act: () => void): () => void
}

const FINAL: ReadonlySet<string> = new Set(['bad_input', 'not_found', 'project_newer', 'project_damaged'])
/** after so many the queue slows down as after other failures */
const CONFLICTS_IN_A_ROW = 3
const DELAYS = [0.25, 0.5, 1, 2, 5]

/**
 * Sends gestures one at a time, in the order in which they were made. What cannot be saved now stays, is sent again after
 * a while, and keeps its id, so that the backend applies it once however often it arrives.
 */
export class GestureQueue {
  readonly #host: QueueHost
  #waiting: { gesture: Gesture; since: number }[] = []
  #sending = false
  #failures = 0
  #error: DrydockError | null = null
  #callOff: (() => void) | null = null

  constructor(host: QueueHost) {
    this.#host = host
  }

  /** Gestures not acknowledged yet, the one under way included. */
  get waiting(): readonly Gesture[] {
    return this.#waiting.map((entry) => entry.gesture)
  }

  /** Why the last attempt failed; null while things go well. */
  get error(): DrydockError | null {
    return this.#error
  }

  isWaiting(image: number): boolean {
    return this.#waiting.some((entry) => entry.gesture.image === image)
  }

  /** Whether an undo or redo waits of which only the backend knows what it does; a further one would be a guess. */
  isAsking(image: number): boolean {
    return this.#waiting.some(({ gesture }) => gesture.image === image && isQuestion(gesture))
  }

  push(gesture: Gesture): void {
    this.#waiting.push({ gesture, since: this.#host.now() })
    this.#host.changed()
    if (this.#callOff === null) void this.#work()
  }

  /** Tries again now instead of after the delay. */
  retry(): void {
    this.#callOff?.()
    this.#callOff = null
    void this.#work()
  }

  /** Forgets everything that waits (the project was closed). */
  clear(): void {
    this.#callOff?.()
    this.#callOff = null
    this.#waiting = []
    this.#failures = 0
    this.#error = null
    this.#host.changed()
  }

  async #work(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    while (this.#waiting[0] && this.#callOff === null) await this.#sendFirst(this.#waiting[0])
    this.#sending = false
  }

  async #sendFirst(entry: { gesture: Gesture; since: number }): Promise<void> {
    const { gesture } = entry
    try {
      const result = await this.#host.send(gesture, this.#host.revision(gesture.image))
      if (this.#waiting[0] !== entry) return
      this.#waiting.shift()
      this.#wentWell()
      this.#host.acknowledged(gesture, result, this.#host.now() - entry.since)
    } catch (error) {
      if (this.#waiting[0] === entry) await this.#failed(gesture, asDrydockError(error))
    }
    this.#host.changed()
  }

  async #failed(gesture: Gesture, error: DrydockError): Promise<void> {
    if (error.code === 'conflict' && this.#failures < CONFLICTS_IN_A_ROW) {
      this.#failures++
      const mine = this.#waiting.filter((entry) => entry.gesture.image === gesture.image)
      try {
        const kept = new Set(
          await this.#host.conflict(
            gesture.image,
            mine.map((entry) => entry.gesture),
          ),
        )
        this.#waiting = this.#waiting.filter((entry) => !mine.includes(entry) || kept.has(entry.gesture))
      } catch (failure) {
        this.#pause(asDrydockError(failure))
      }
    } else if (error.code === 'nothing_to_do') {
      this.#waiting.shift()
      this.#wentWell()
      this.#host.nothingToDo(gesture)
    } else if (FINAL.has(error.code)) {
      const dropped = this.#take(gesture.image)
      this.#host.refused(gesture.image, dropped, error)
    } else {
      this.#pause(error)
    }
  }

  #wentWell(): void {
    this.#failures = 0
    this.#error = null
  }

  /** A restarted backend is asked again at once; the rest after a delay that grows. */
  #pause(error: DrydockError): void {
    if (error.code === 'backend_restarted' && this.#failures === 0) {
      this.#failures++
      return
    }
    this.#error = error
    const delay = DELAYS[Math.min(this.#failures, DELAYS.length - 1)]!
    this.#failures++
    this.#callOff = this.#host.later(delay, () => this.retry())
  }

  #take(image: number): Gesture[] {
    const taken = this.#waiting.filter((entry) => entry.gesture.image === image)
    this.#waiting = this.#waiting.filter((entry) => entry.gesture.image !== image)
    return taken.map((entry) => entry.gesture)
  }
}

function isQuestion({ step, shown }: Gesture): boolean {
  return step.kind !== 'apply' && !shown
}

function asDrydockError(error: unknown): DrydockError {
  if (error instanceof DrydockError) return error
  return new DrydockError('internal', `Something unexpected failed: ${String(error)}`, {}, error)
}
