/**
 * What rooms keep in memory for one open project. It hangs on the project and goes with it: nothing is cleared, and nothing of one project
 * is met in another.
 */
export class Belongings {
  readonly #held = new Map<() => unknown, unknown>()

  /** @param make makes the thing when it is asked for first; the same function names the same thing */
  of<T>(make: () => T): T {
    if (!this.#held.has(make)) this.#held.set(make, make())
    // only what `make` gave lies under it
    return this.#held.get(make) as T
  }
}
