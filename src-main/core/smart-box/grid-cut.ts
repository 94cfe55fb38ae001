/**
 * The smallest cut of a grid of pixels into two sides (Boykov and Kolmogorov, "An experimental comparison of min-cut/max-flow algorithms
 * for energy minimization in vision", PAMI 2004): two trees grow from both ends, meet, and are mended where a path has carried all it can.
 */

/** Directions to the eight neighbours of a pixel; direction 7 - d is d seen from the other side. */
export const NEIGHBOURS: readonly (readonly [dx: number, dy: number])[] = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [-1, 0],
  [1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
]

const FREE = 0
const SOURCE = 1
const SINK = 2
/** parents that are no direction */
const TERMINAL = 8
const ORPHAN = 9
const FAR = 0x7fffffff

/** What is to be cut: pixels y * width + x. Pixels of the outermost rows and columns must have no links to anywhere outside. */
export interface Grid {
  width: number
  height: number
  /** [height, width] what it costs to put a pixel on the far side, less what it costs on the near side; any finite number */
  lean: Float32Array
  /** [height, width, 8] >= 0: what it costs to part a pixel from its neighbour in that direction. It is used up. */
  links: Float32Array
}

/** @returns [height, width] 1: near side (where `lean` is positive), 0: far side */
export function cutGrid(grid: Grid): Uint8Array {
  return new GridCut(grid).solve()
}

class GridCut {
  readonly #step: Int32Array
  readonly #residual: Float32Array
  readonly #terminal: Float32Array
  readonly #tree: Uint8Array
  readonly #parent: Uint8Array
  /** distance to the terminal, right as of the time of its stamp */
  readonly #distance: Int32Array
  readonly #stamp: Int32Array
  readonly #queue: Int32Array
  readonly #queued: Uint8Array
  #head = 0
  #waiting = 0
  #time = 0
  #orphans: number[] = []

  constructor({ width, height, lean, links }: Grid) {
    const count = width * height
    this.#step = Int32Array.from(NEIGHBOURS, ([dx, dy]) => dy * width + dx)
    this.#residual = links
    this.#terminal = Float32Array.from(lean)
    this.#tree = new Uint8Array(count)
    this.#parent = new Uint8Array(count)
    this.#distance = new Int32Array(count)
    this.#stamp = new Int32Array(count)
    this.#queue = new Int32Array(count)
    this.#queued = new Uint8Array(count)
    for (let p = 0; p < count; p++) {
      if (lean[p] === 0) continue
      this.#tree[p] = lean[p]! > 0 ? SOURCE : SINK
      this.#parent[p] = TERMINAL
      this.#distance[p] = 1
      this.#wake(p)
    }
  }

  solve(): Uint8Array {
    while (this.#waiting > 0) {
      const p = this.#queue[this.#head]!
      if (this.#tree[p] !== FREE) {
        const meeting = this.#grow(p)
        if (meeting >= 0) {
          this.#time++
          this.#augment(p, meeting)
          this.#adopt()
          continue
        }
      }
      this.#sleep()
    }
    return this.#tree.map((tree) => (tree === SOURCE ? 1 : 0))
  }

  #wake(p: number): void {
    if (this.#queued[p]) return
    this.#queued[p] = 1
    this.#queue[(this.#head + this.#waiting++) % this.#queue.length] = p
  }

  #sleep(): void {
    this.#queued[this.#queue[this.#head]!] = 0
    this.#head = (this.#head + 1) % this.#queue.length
    this.#waiting--
  }

  /** What still goes from the terminal's side of `p` outwards to its neighbour `q` in direction `d`. */
  #open(p: number, q: number, d: number): boolean {
    return this.#tree[p] === SOURCE ? this.#residual[p * 8 + d]! > 0 : this.#residual[q * 8 + 7 - d]! > 0
  }

  /** Takes in free neighbours. @returns the direction in which the other tree is met, or -1 */
  #grow(p: number): number {
    const tree = this.#tree[p]!
    for (let d = 0; d < 8; d++) {
      const q = p + this.#step[d]!
      if (q < 0 || q >= this.#tree.length || !this.#open(p, q, d)) continue
      if (this.#tree[q] === FREE) {
        this.#tree[q] = tree
        this.#hang(q, 7 - d, p)
        this.#wake(q)
      } else if (this.#tree[q] !== tree) {
        return d
      } else if (this.#stamp[q]! <= this.#stamp[p]! && this.#distance[q]! > this.#distance[p]!) {
        this.#hang(q, 7 - d, p)
      }
    }
    return -1
  }

  #hang(q: number, direction: number, parent: number): void {
    this.#parent[q] = direction
    this.#distance[q] = this.#distance[parent]! + 1
    this.#stamp[q] = this.#stamp[parent]!
  }

  /** Sends what fits along the path through the link from `p` in direction `d`. */
  #augment(p: number, d: number): void {
    const q = p + this.#step[d]!
    const [near, far, out] = this.#tree[p] === SOURCE ? [p, q, d] : [q, p, 7 - d]
    const flow = Math.min(this.#residual[near * 8 + out]!, this.#fits(near), this.#fits(far))
    this.#push(near, out, flow)
    this.#carry(near, flow)
    this.#carry(far, flow)
  }

  #push(from: number, d: number, flow: number): void {
    this.#residual[from * 8 + d]! -= flow
    this.#residual[(from + this.#step[d]!) * 8 + 7 - d]! += flow
  }

  /** What the path from a pixel to its terminal can still carry. */
  #fits(start: number): number {
    let least = FAR
    let p = start
    while (this.#parent[p] !== TERMINAL) {
      const d = this.#parent[p]!
      const up = p + this.#step[d]!
      least = Math.min(
        least,
        this.#tree[p] === SOURCE ? this.#residual[up * 8 + 7 - d]! : this.#residual[p * 8 + d]!,
      )
      p = up
    }
    return Math.min(least, Math.abs(this.#terminal[p]!))
  }

  #carry(start: number, flow: number): void {
    let p = start
    while (this.#parent[p] !== TERMINAL) {
      const d = this.#parent[p]!
      const up = p + this.#step[d]!
      const [from, way] = this.#tree[p] === SOURCE ? [up, 7 - d] : [p, d]
      this.#push(from, way, flow)
      if (this.#residual[from * 8 + way]! <= 0) this.#orphan(p)
      p = up
    }
    this.#terminal[p]! -= this.#tree[p] === SOURCE ? flow : -flow
    if (this.#terminal[p] === 0) this.#orphan(p)
  }

  #orphan(p: number): void {
    this.#parent[p] = ORPHAN
    this.#orphans.push(p)
  }

  /** Finds another parent in the same tree for each pixel that has lost its own, or sets it free. */
  #adopt(): void {
    for (let p = this.#orphans.pop(); p !== undefined; p = this.#orphans.pop()) {
      const tree = this.#tree[p]!
      let best = -1
      let nearest = FAR
      for (let d = 0; d < 8; d++) {
        const q = p + this.#step[d]!
        if (this.#tree[q] !== tree || !this.#open(q, p, 7 - d)) continue
        const distance = this.#rooted(q)
        if (distance < nearest) [nearest, best] = [distance, d]
      }
      if (best >= 0) {
        this.#parent[p] = best
        this.#distance[p] = nearest + 1
        this.#stamp[p] = this.#time
        continue
      }
      this.#free(p, tree)
    }
  }

  #free(p: number, tree: number): void {
    for (let d = 0; d < 8; d++) {
      const q = p + this.#step[d]!
      if (this.#tree[q] !== tree) continue
      if (this.#open(q, p, 7 - d)) this.#wake(q)
      const up = this.#parent[q]!
      if (up < TERMINAL && q + this.#step[up]! === p) this.#orphan(q)
    }
    this.#tree[p] = FREE
  }

  /** Distance of a pixel to its terminal, or FAR where its path ends in an orphan; what is found is stamped along the path. */
  #rooted(start: number): number {
    let steps = 0
    let p = start
    for (;;) {
      if (this.#stamp[p] === this.#time) {
        steps += this.#distance[p]!
        break
      }
      const up = this.#parent[p]!
      if (up === ORPHAN) return FAR
      steps++
      if (up === TERMINAL) {
        this.#stamp[p] = this.#time
        this.#distance[p] = 1
        break
      }
      p += this.#step[up]!
    }
    const distance = steps
    for (let q = start; this.#stamp[q] !== this.#time; q += this.#step[this.#parent[q]!]!) {
      this.#stamp[q] = this.#time
      this.#distance[q] = steps--
    }
    return distance
  }
}
