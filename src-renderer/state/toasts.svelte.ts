import { DrydockError } from '../../src-main/contract/errors.ts'
import { isAway } from '../client/index.ts'

export interface Toast {
  id: number
  kind: 'note' | 'error'
  text: string
  action: Action | undefined
}

/** What a person can do about it. */
interface Action {
  label: string
  act: () => void
  /** once it aborts there is nothing left to act on: the sentence stays, the button goes */
  until?: AbortSignal
}

const NOTE_SECONDS = 8

/** Sentences that appear at the foot of the window. Notes go by themselves, errors stay until dismissed. */
export class Toasts {
  items = $state<Toast[]>([])
  /** of those that listen for the end of what they act on: ends the listening */
  #listening: { id: number; listening: AbortController }[] = []
  #next = 1
  /** id of the last reply */
  #reply = 0

  /** @returns its id, by which it is dismissed where it is no longer true */
  note(text: string, action?: Action): number {
    const id = this.#add('note', text, action)
    setTimeout(() => this.dismiss(id), NOTE_SECONDS * 1000)
    return id
  }

  /** What a key or a gesture came to: only the last of them is of interest. */
  reply(text: string): void {
    this.dismiss(this.#reply)
    this.#reply = this.note(text)
  }

  /** Shows what failed. A cancelled call, and one that is repeated once the backend has the project open again, is no error. */
  error(error: unknown, action?: Action): void {
    const known = error instanceof DrydockError ? error : undefined
    if (known?.code === 'cancelled' || isAway(error)) return
    this.failure(known ? known.message : `Something unexpected failed: ${String(error)}`, action)
  }

  /** Does something, and says so where it fails. @returns whether it went well */
  async guard(act: () => unknown): Promise<boolean> {
    try {
      await act()
      return true
    } catch (error) {
      this.error(error)
      return false
    }
  }

  /** Shows a sentence about something that failed, once. */
  failure(text: string, action?: Action): void {
    if (!this.items.some((toast) => toast.text === text)) this.#add('error', text, action)
  }

  /** What was asked for has worked since: earlier failures are of no interest any more. */
  dismissFailures(): void {
    this.#keep(this.items.filter((toast) => toast.kind === 'note'))
  }

  dismiss(id: number): void {
    this.#keep(this.items.filter((toast) => toast.id !== id))
  }

  /** What acts on something long-lived lets go of it with its sentence. */
  #keep(items: Toast[]): void {
    this.items = items
    const stays = ({ id }: { id: number }) => items.some((toast) => toast.id === id)
    for (const one of this.#listening) if (!stays(one)) one.listening.abort()
    this.#listening = this.#listening.filter(stays)
  }

  #add(kind: Toast['kind'], text: string, action: Action | undefined): number {
    const id = this.#next++
    const until = action?.until
    const offered = until?.aborted ? undefined : action
    this.#keep([...this.items.slice(-3), { id, kind, text, action: offered }])
    if (until && offered) this.#withdraw(id, until)
    return id
  }

  /** Takes the button away once there is nothing left to act on. */
  #withdraw(id: number, until: AbortSignal): void {
    const listening = new AbortController()
    this.#listening.push({ id, listening })
    const go = (): void => {
      this.items = this.items.map((toast) => (toast.id === id ? { ...toast, action: undefined } : toast))
    }
    until.addEventListener('abort', go, { signal: listening.signal })
  }
}
