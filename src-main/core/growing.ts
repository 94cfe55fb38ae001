/** The typed arrays that are needed growing. */
type Numbers = Float64Array | Int8Array | Uint8Array

/** Numbers one behind the other in a typed array that makes room for more by itself. */
export class Growing<A extends Numbers> {
  readonly #make: new (length: number) => A
  #room: A
  #length = 0

  constructor(make: new (length: number) => A) {
    this.#make = make
    this.#room = new make(64)
  }

  push(values: ArrayLike<number>): void {
    const length = this.#length + values.length
    if (length > this.#room.length) {
      const more = new this.#make(Math.max(length, Math.ceil(this.#room.length * 1.5)))
      more.set(this.values)
      this.#room = more
    }
    this.#room.set(values, this.#length)
    this.#length = length
  }

  /** What was pushed; no copy. */
  get values(): A {
    return this.#room.subarray(0, this.#length) as A
  }
}
