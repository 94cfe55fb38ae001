import type { Project } from '../services/machinery/project.ts'

/** One project that a window has asked for; aborts when the window has left it. */
interface Shown {
  readonly left: AbortController
  /** null while it is being opened */
  project: string | null
}

/** One window, as far as it keeps projects open: it shows one at a time, the last that it asked for. */
export class Window {
  #shown: Shown[] = []
  #gone = false

  /**
   * Opens a project to show it. What the window showed before is left once this one is open; where it cannot be opened,
   * the window stays where it is. Answers that come late, to a window that has gone on, keep nothing open.
   * @param open gets what aborts when the window leaves the project
   * @param call aborts where the window does not wait for the answer any more
   */
  async open(open: (until: AbortSignal) => Promise<Project>, call?: AbortSignal): Promise<Project> {
    const shown: Shown = { left: new AbortController(), project: null }
    if (this.#gone) shown.left.abort()
    else this.#shown.push(shown)
    try {
      const project = await open(shown.left.signal)
      call?.throwIfAborted()
      shown.project = project.id
      const at = this.#shown.indexOf(shown)
      for (const before of this.#shown.splice(0, Math.max(0, at))) before.left.abort()
      return project
    } catch (error) {
      this.#leave([shown])
      throw error
    }
  }

  /** Does not show this project any more. */
  leave(project: string): void {
    this.#leave(this.#shown.filter((shown) => shown.project === project))
  }

  /** It was closed, or has another page. */
  end(): void {
    this.#gone = true
    this.#leave(this.#shown)
  }

  #leave(those: readonly Shown[]): void {
    this.#shown = this.#shown.filter((shown) => !those.includes(shown))
    for (const { left } of those) left.abort()
  }
}
