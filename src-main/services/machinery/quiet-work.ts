import { CANCEL_PATIENCE, lend } from './lease.ts'
import type { Project } from './project.ts'

/** One item of quiet work. @param project as long as the work is not given up */
export type QuietItem = (project: Project, item: number, signal: AbortSignal) => Promise<void>

/**
 * Work that nobody asked for: one item after another, until something that a person asked for begins. After a failure it
 * rests until then, so that a fault does not come back with each image that is opened.
 */
export class QuietWork {
  readonly #log: (line: string) => void
  #items: number[] = []
  #work: QuietItem = () => Promise.resolve()
  #controller: AbortController | null = null
  #ended: Promise<void> = Promise.resolve()
  #resting = false

  constructor(log: (line: string) => void) {
    this.#log = log
  }

  /**
   * These come next, in this order, in place of those that were to come; the one under way is finished first.
   * @param work what it throws is logged, and goes nowhere else
   */
  want(project: Project, items: readonly number[], work: QuietItem): void {
    this.#items = [...items]
    this.#work = work
    if (this.#controller || this.#resting) return
    const controller = new AbortController()
    this.#controller = controller
    this.#ended = this.#ended.then(() => this.#run(project, controller))
  }

  /** Drops what was to come and aborts what is under way. */
  giveWay(): void {
    this.#items = []
    this.#resting = false
    this.#controller?.abort()
    this.#controller = null
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#ended
  }

  /** Ends it for good; when it resolves it cannot write any more. */
  async close(): Promise<void> {
    this.giveWay()
    this.#resting = true
    await this.#ended
  }

  /** Resolves when the work has ended, or was given up: five seconds after it was aborted. */
  async #run(project: Project, controller: AbortController): Promise<void> {
    const lease = lend(project)
    const givenUp = Promise.withResolvers<void>()
    const patience: NodeJS.Timeout[] = []
    controller.signal.addEventListener('abort', () => {
      patience.push(setTimeout(givenUp.resolve, CANCEL_PATIENCE))
    })
    await Promise.race([this.#each(lease.project, controller), givenUp.promise])
    patience.forEach(clearTimeout)
    lease.revoke()
  }

  async #each(project: Project, controller: AbortController): Promise<void> {
    const { signal } = controller
    try {
      while (!signal.aborted) {
        const item = this.#items.shift()
        if (item === undefined) break
        await this.#work(project, item, signal)
      }
    } catch (error) {
      if (signal.aborted) return
      this.#resting = true
      this.#log(`quiet work failed, and rests: ${String(error)}`)
    } finally {
      if (this.#controller === controller) this.#controller = null
    }
  }
}
