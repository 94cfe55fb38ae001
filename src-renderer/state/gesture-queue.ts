import { DrydockError } from '../../src-main/contract/errors.ts'
import type { EditPlan, EditResult } from '../../src-main/contract/wire.ts'
import { isAway } from '../client/index.ts'

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
   * The image is another than its waiting gestures were made on: fetch it, and answer what is to be done with those that wait by then:
   * it shows them on top of the image, and gives those that still fit, in their order, adapted where need be. They are sent again, on the
   * new revision.
   */
  conflict(image: number): Promise<(waiting: readonly Gesture[]) => readonly Gesture[]>
  /** The backend has not got the project open (any more): open it. */
  reopen(): Promise<void>
  /** The backend will never take this gesture; it has left the queue, and so have the later ones on its image. */
  refused(image: number, dropped: readonly Gesture[], error: DrydockError): void
  /** There was nothing to undo or redo: the image is as it was, the gesture has left the queue, and the later ones stay. */
  nothingToDo(gesture: Gesture): void
  /** The state has changed: waiting, failing, saved. */
  changed(): void
  /** Something in what follows an answer has thrown. The queue goes on. */
  unexpected(error: unknown): void
  /** Seconds since some fixed moment. */
  now(): number
  /** Calls `act` after `seconds`; answers how to call it off. */
  later(seconds: number, act: () => void): () => void
}

interface Entry {
  readonly gesture: Gesture
  readonly since: number
}

const FINAL: ReadonlySet<string> = new Set(['not_found', 'project_newer', 'project_damaged'])
/** so many of a kind in a row are met at once, without a pause */
const AT_ONCE: Partial<Record<DrydockError['code'], number>> = {
  conflict: 3,
  // it may have been made on what an undo, of which only the backend knew what it does, has changed; again, it is refused
  bad_input: 1,
  backend_restarted: 1,
  project_not_open: 1,
}
const DELAYS = [0.25, 0.5, 1, 2, 5]

/**
 * Sends the gestures of a project one at a time, in the order in which they were made. What cannot be saved now stays, is sent again
 * after a while, and keeps its id, so that the backend applies it once however often it arrives.
 */
export class GestureQueue {
  readonly #host: QueueHost
  #waiting: Entry[] = []
  #sending = false
  /** how often each kind of failure has come since the last gesture that was saved: none of them keeps another from being mended */
  #failures = new Map<DrydockError['code'], number>()
  #error: DrydockError | null = null
  #callOff: (() => void) | null = null
  #watchers: ((saved: boolean) => void)[] = []

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
    this.#changed()
    if (this.#callOff === null) void this.#work()
  }

  /** Tries again now instead of after the delay. */
  retry(): void {
    this.#callOff?.()
    this.#callOff = null
    void this.#work()
  }

  /** Tries now to save all that waits. @returns whether it is saved; false as soon as something keeps it from being saved */
  async empty(): Promise<boolean> {
    if (this.#waiting.length === 0) return true
    const emptied = new Promise<boolean>((resolve) => this.#watchers.push(resolve))
    this.retry()
    return emptied
  }

  async #work(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    while (this.#waiting[0] && this.#callOff === null) await this.#sendFirst(this.#waiting[0])
    this.#sending = false
    for (const tell of this.#watchers.splice(0)) tell(this.#waiting.length === 0)
  }

  async #sendFirst({ gesture, since }: Entry): Promise<void> {
    const { image } = gesture
    try {
      const result = await this.#host.send(gesture, this.#host.revision(image))
      this.#leave(gesture)
      this.#tell(() => this.#host.acknowledged(gesture, result, this.#host.now() - since))
    } catch (error) {
      await this.#failed(gesture, asDrydockError(error))
    }
    this.#changed()
  }

  /** The gesture is settled. */
  #leave(gesture: Gesture): void {
    this.#waiting = this.#waiting.filter((entry) => entry.gesture !== gesture)
    this.#wentOn()
  }

  /** The first gesture is another one: what kept the one before has no say. */
  #wentOn(): void {
    this.#failures.clear()
    this.#error = null
  }

  async #failed(gesture: Gesture, error: DrydockError): Promise<void> {
    const { image } = gesture
    if (error.code === 'nothing_to_do') {
      this.#leave(gesture)
      this.#tell(() => this.#host.nothingToDo(gesture))
    } else if (FINAL.has(error.code) || (error.code === 'bad_input' && this.#failures.has('bad_input'))) {
      const dropped = this.#of(image)
      this.#waiting = this.#waiting.filter((entry) => entry.gesture.image !== image)
      this.#wentOn()
      this.#tell(() => this.#host.refused(image, dropped, error))
    } else {
      await this.#mend(gesture, error)
    }
  }

  /** Does what can be done about a failure, and pauses where it has come too often. */
  async #mend(gesture: Gesture, error: DrydockError): Promise<void> {
    try {
      if (error.code === 'conflict' || error.code === 'bad_input') await this.#resolve(gesture.image)
      else if (isAway(error)) await this.#host.reopen()
    } catch (failure) {
      return this.#pause(asDrydockError(failure))
    }
    const times = this.#count(error)
    const atOnce = AT_ONCE[error.code] ?? 0
    if (times > atOnce) this.#wait(error, times - atOnce)
    else this.#error = null
  }

  async #resolve(image: number): Promise<void> {
    const [first] = this.#waiting
    const putOnTop = await this.#host.conflict(image)
    // those made meanwhile are among them
    const kept = putOnTop(this.#of(image))
    const byId = new Map(kept.map((gesture) => [gesture.gestureId, gesture]))
    this.#waiting = this.#waiting.flatMap((entry) => {
      if (entry.gesture.image !== image) return [entry]
      const gesture = byId.get(entry.gesture.gestureId)
      return gesture ? [{ ...entry, gesture }] : []
    })
    if (this.#waiting[0]?.gesture.gestureId !== first?.gesture.gestureId) this.#wentOn()
  }

  #pause(error: DrydockError): void {
    this.#wait(error, this.#count(error))
  }

  /** @param times so many of its kind; the more, the longer */
  #wait(error: DrydockError, times: number): void {
    this.#error = error
    const delay = DELAYS[Math.min(times, DELAYS.length) - 1]!
    this.#callOff = this.#host.later(delay, () => this.retry())
  }

  /** Counts a failure. @returns how many there are of its kind */
  #count({ code }: DrydockError): number {
    const times = (this.#failures.get(code) ?? 0) + 1
    this.#failures.set(code, times)
    return times
  }

  #of(image: number): Gesture[] {
    return this.waiting.filter((gesture) => gesture.image === image)
  }

  #changed(): void {
    this.#tell(() => this.#host.changed())
  }

  /** What the window makes of an answer must not stop the queue, nor go unseen where it fails. */
  #tell(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#host.unexpected(error)
    }
  }
}

function isQuestion({ step, shown }: Gesture): boolean {
  return step.kind !== 'apply' && !shown
}

function asDrydockError(error: unknown): DrydockError {
  if (error instanceof DrydockError) return error
  return new DrydockError('internal', `Something unexpected failed: ${String(error)}`, {}, error)
}
