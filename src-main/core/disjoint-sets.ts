/** Union-find: numbers 0..n-1 in sets that only ever join; a set goes by its lowest number. */
export class DisjointSets {
  readonly #parent: Int32Array

  constructor(n: number) {
    this.#parent = new Int32Array(n)
    for (let k = 0; k < n; k++) this.#parent[k] = k
  }

  /** The lowest number of the set of `k`. */
  find(k: number): number {
    const parent = this.#parent
    while (parent[k] !== k) k = parent[k] = parent[parent[k]!]!
    return k
  }

  join(a: number, b: number): void {
    const [ra, rb] = [this.find(a), this.find(b)]
    this.#parent[Math.max(ra, rb)] = Math.min(ra, rb)
  }
}
