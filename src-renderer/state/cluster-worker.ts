import type { SparseInference } from '../../src-main/contract/engine.ts'
import type { Calibration } from '../../src-main/contract/wire.ts'
import type { DraftResult } from '../../src-main/core/draft/draft.ts'
import type { Rle } from '../../src-main/core/mask/rle.ts'
import type { Explanation, Recipe } from '../../src-main/core/explain/explain.ts'
import type { Answer, Ask } from '../worker/messages.ts'
import type { Thread } from '../worker/thread.ts'

/** Starts the page's thread for clustering. */
export function startThread(): Thread {
  return new Worker(new URL('../worker/main.ts', import.meta.url), { type: 'module' })
}

type Question = Extract<Ask, { kind: Answer['kind'] }>

/** What is answered first of all that waits. */
const ORDER: readonly Question['kind'][] = ['draft', 'explain', 'f2']

interface Waiting {
  ask: Question
  answer: (answer: Answer | null) => void
}

/**
 * One open image's thread. It answers one question after the other; of those that wait the last of each kind counts, drafts before
 * explanations before scores, and the others are answered by null: nobody is interested any more.
 */
export class ClusterWorker {
  readonly #thread: Thread
  readonly #waiting = new Map<Question['kind'], Waiting>()
  #asked: Waiting | null = null
  #ended = false

  constructor(thread: Thread, inference: SparseInference, calibration: Calibration | null) {
    this.#thread = thread
    thread.onmessage = ({ data }: MessageEvent<Answer>) => this.#hear(data)
    thread.onerror = () => this.#hear(null)
    const open: Ask = { kind: 'open', inference, calibration }
    thread.postMessage(open)
  }

  /** @returns null: another draft was asked for before its turn, or the image was left */
  async draft(recipe: Recipe): Promise<DraftResult | null> {
    const answer = await this.#ask({ kind: 'draft', recipe })
    return answer?.kind === 'draft' ? answer.draft : null
  }

  /** What goes wrong in the embedding; null as for {@link draft}. */
  async explain(recipe: Recipe, truth: readonly Rle[]): Promise<Explanation | null> {
    const answer = await this.#ask({ kind: 'explain', recipe, truth })
    return answer?.kind === 'explain' ? answer.explanation : null
  }

  /** F2 of a draft, 0..1; null as for {@link draft}. */
  async f2(recipe: Recipe, truth: readonly Rle[]): Promise<number | null> {
    const answer = await this.#ask({ kind: 'f2', recipe, truth })
    return answer?.kind === 'f2' ? answer.f2 : null
  }

  /** Nothing is answered any more; what is being worked on is dropped. */
  end(): void {
    this.#ended = true
    this.#thread.terminate()
    this.#asked?.answer(null)
    for (const { answer } of this.#waiting.values()) answer(null)
    this.#waiting.clear()
  }

  #ask(ask: Question): Promise<Answer | null> {
    if (this.#ended) return Promise.resolve(null)
    return new Promise((answer) => {
      this.#waiting.get(ask.kind)?.answer(null)
      this.#waiting.set(ask.kind, { ask, answer })
      if (!this.#asked) this.#next()
    })
  }

  #next(): void {
    const next = ORDER.flatMap((kind) => this.#waiting.get(kind) ?? [])[0] ?? null
    this.#asked = next
    if (!next) return
    this.#waiting.delete(next.ask.kind)
    this.#thread.postMessage(next.ask)
  }

  #hear(answer: Answer | null): void {
    if (this.#ended) return
    this.#asked?.answer(answer)
    this.#next()
  }
}
