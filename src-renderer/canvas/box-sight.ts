import type { BoxNet } from '../../src-main/core/smart-box/net.ts'
import type { BoxAsk, BoxSeen } from '../worker/box-desk.ts'
import { lookInto } from '../worker/box-desk.ts'
import type { Thread } from '../worker/thread.ts'

/** Looks into boxes for their tool. */
export interface BoxSight {
  /** The tool is in hand: the first box is to find everything ready. */
  warm(): void
  /** What is seen, where that is known. */
  known(ask: BoxAsk): BoxSeen | null
  /** The same, and asks for it where it is not known; what was asked for before and has not come is not looked for any more. */
  look(ask: BoxAsk): BoxSeen | null
  /** This may be asked any moment: it is looked into as soon as the hand rests, that is, unless something else is wanted soon. */
  ahead(ask: () => BoxAsk | null): void
  /** What is seen, whatever it takes: for a gesture that ends. */
  now(ask: BoxAsk): BoxSeen
}

/** A hand that moves says so in every frame, ms. */
const RESTS = 25

/** Looks when it is asked, where it is asked. */
export class DirectSight implements BoxSight {
  net: BoxNet | null = null
  readonly #answers = new WeakMap<BoxAsk, BoxSeen>()

  warm(): void {
    // nothing gets faster here
  }

  known(ask: BoxAsk): BoxSeen {
    return this.now(ask)
  }

  look(ask: BoxAsk): BoxSeen {
    return this.now(ask)
  }

  ahead(): void {
    // it would be in the way of what moves
  }

  now(ask: BoxAsk): BoxSeen {
    const answer = this.#answers.get(ask) ?? lookInto(ask, this.net)
    this.#answers.set(ask, answer)
    return answer
  }
}

/**
 * Has a thread look, one question after the other: of those that wait the last counts. An answer belongs to its question, so that one that comes late is
 * seen by nobody who has asked another since. Where the thread breaks off, `direct` answers.
 */
export class ThreadSight implements BoxSight {
  readonly #direct: DirectSight
  readonly #start: () => Thread
  readonly #came: () => void
  readonly #answers = new WeakMap<BoxAsk, BoxSeen>()
  #thread: Thread | null = null
  #broken = false
  #asked: BoxAsk | null = null
  #waiting: BoxAsk | null = null
  #resting: ReturnType<typeof setTimeout> | undefined

  /** @param came an answer is there */
  constructor(direct: DirectSight, start: () => Thread, came: () => void) {
    this.#direct = direct
    this.#start = start
    this.#came = came
  }

  warm(): void {
    if (this.#thread || this.#broken) return
    this.#thread = this.#start()
    this.#thread.onmessage = ({ data }: MessageEvent<BoxSeen>) => this.#hear(data)
    this.#thread.onerror = () => this.#break()
  }

  known(ask: BoxAsk): BoxSeen | null {
    return this.#answers.get(ask) ?? null
  }

  look(ask: BoxAsk): BoxSeen | null {
    clearTimeout(this.#resting)
    if (this.#broken) return this.now(ask)
    const answer = this.known(ask)
    if (answer === null) {
      this.#waiting = ask === this.#asked ? null : ask
      this.#next()
    }
    return answer
  }

  ahead(ask: () => BoxAsk | null): void {
    clearTimeout(this.#resting)
    if (this.#broken) return
    this.#resting = setTimeout(() => {
      const asked = ask()
      if (asked) this.look(asked)
    }, RESTS)
  }

  now(ask: BoxAsk): BoxSeen {
    return this.#answers.get(ask) ?? this.#direct.now(ask)
  }

  close(): void {
    clearTimeout(this.#resting)
    this.#broken = true
    this.#asked = null
    this.#waiting = null
    this.#thread?.terminate()
    this.#thread = null
  }

  #next(): void {
    if (this.#asked || !this.#waiting) return
    this.warm()
    this.#asked = this.#waiting
    this.#waiting = null
    this.#thread?.postMessage(this.#asked)
  }

  #hear(answer: BoxSeen): void {
    if (!this.#asked) return
    this.#answers.set(this.#asked, answer)
    this.#asked = null
    this.#next()
    this.#came()
  }

  #break(): void {
    this.close()
    this.#came()
  }
}
