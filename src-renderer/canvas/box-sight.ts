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

/** A hand that has not moved for so long may be about to let go, ms: one that moves says so in every frame, and a guess is in the way of those. */
const RESTS = 50

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

/** A thread that looks into one question after the other: of those that wait the last counts. */
class Eye {
  readonly #start: () => Thread
  readonly #heard: (ask: BoxAsk, answer: BoxSeen) => void
  readonly #broke: () => void
  #thread: Thread | null = null
  #asked: BoxAsk | null = null
  #waiting: BoxAsk | null = null

  constructor(start: () => Thread, heard: (ask: BoxAsk, answer: BoxSeen) => void, broke: () => void) {
    this.#start = start
    this.#heard = heard
    this.#broke = broke
  }

  warm(): Thread {
    if (this.#thread) return this.#thread
    const thread = this.#start()
    thread.onmessage = ({ data }: MessageEvent<BoxSeen>) => this.#hear(data)
    thread.onerror = () => this.#broke()
    return (this.#thread = thread)
  }

  looksInto(ask: BoxAsk): boolean {
    return ask === this.#asked
  }

  /** @param ask what is wanted now; null: nothing. What waited is wanted no more */
  want(ask: BoxAsk | null): void {
    this.#waiting = ask === this.#asked ? null : ask
    this.#next()
  }

  close(): void {
    this.#asked = null
    this.#waiting = null
    this.#thread?.terminate()
    this.#thread = null
  }

  #next(): void {
    if (this.#asked || !this.#waiting) return
    this.#asked = this.#waiting
    this.#waiting = null
    this.warm().postMessage(this.#asked)
  }

  #hear(answer: BoxSeen): void {
    const asked = this.#asked
    if (!asked) return
    this.#asked = null
    this.#next()
    this.#heard(asked, answer)
  }
}

/**
 * Has threads look: one into what is wanted, and one into what may be wanted soon, so that the former never waits for a guess that was wrong. An answer belongs to its
 * question, so that one that comes late is seen by nobody who has asked another since. Where a thread breaks off, `direct` answers.
 */
export class ThreadSight implements BoxSight {
  readonly #direct: DirectSight
  readonly #came: () => void
  readonly #answers = new WeakMap<BoxAsk, BoxSeen>()
  readonly #wanted: Eye
  readonly #early: Eye
  #broken = false
  #resting: ReturnType<typeof setTimeout> | undefined

  /** @param came an answer is there */
  constructor(direct: DirectSight, start: () => Thread, came: () => void) {
    this.#direct = direct
    this.#came = came
    const eye = () =>
      new Eye(
        start,
        (ask, answer) => this.#hear(ask, answer),
        () => this.#break(),
      )
    this.#wanted = eye()
    this.#early = eye()
  }

  warm(): void {
    if (this.#broken) return
    this.#wanted.warm()
    this.#early.warm()
  }

  known(ask: BoxAsk): BoxSeen | null {
    return this.#answers.get(ask) ?? null
  }

  look(ask: BoxAsk): BoxSeen | null {
    clearTimeout(this.#resting)
    if (this.#broken) return this.now(ask)
    const answer = this.known(ask)
    if (answer === null) {
      this.#wanted.want(this.#early.looksInto(ask) ? null : ask)
      this.#early.want(null)
    }
    return answer
  }

  ahead(ask: () => BoxAsk | null): void {
    clearTimeout(this.#resting)
    if (this.#broken) return
    this.#resting = setTimeout(() => {
      const asked = ask()
      if (asked && this.known(asked) === null) this.#early.want(asked)
    }, RESTS)
  }

  now(ask: BoxAsk): BoxSeen {
    return this.#answers.get(ask) ?? this.#direct.now(ask)
  }

  close(): void {
    clearTimeout(this.#resting)
    this.#broken = true
    this.#wanted.close()
    this.#early.close()
  }

  #hear(ask: BoxAsk, answer: BoxSeen): void {
    this.#answers.set(ask, answer)
    this.#came()
  }

  #break(): void {
    this.close()
    this.#came()
  }
}
