/**
 * A setting of this window that lasts: read from local storage at first, written at each change.
 * @param name unique among all settings
 * @param initial used where nothing (or nothing of the same type) is stored
 */
export class Remembered<T extends string | number | boolean> {
  readonly #name: string
  #value: T

  constructor(name: string, initial: T) {
    this.#name = `drydock.${name}`
    this.#value = $state(read(this.#name, initial))
  }

  get value(): T {
    return this.#value
  }

  set value(next: T) {
    this.#value = next
    localStorage.setItem(this.#name, JSON.stringify(next))
  }
}

function read<T extends string | number | boolean>(name: string, initial: T): T {
  const stored = localStorage.getItem(name)
  if (stored === null) return initial
  try {
    const value: unknown = JSON.parse(stored)
    return isLike(value, initial) ? value : initial
  } catch {
    return initial
  }
}

function isLike<T>(value: unknown, sample: T): value is T {
  return typeof value === typeof sample
}
