import type { BackendToShell, ShellToBackend } from '../contract/channels.ts'
import type { ResolvedFile } from './files.ts'

/** Asks the backend which cache file holds the bytes of a `/p/...` path, and pairs answers with questions. */
export class FileRequests {
  readonly #send: (message: ShellToBackend) => void
  readonly #open = new Map<number, (answer: ResolvedFile) => void>()
  #last = 0

  constructor(send: (message: ShellToBackend) => void) {
    this.#send = send
  }

  /** @param path of the URL, still percent-encoded, from `/p/` on */
  resolve(path: string): Promise<ResolvedFile> {
    const request = ++this.#last
    return new Promise((resolve) => {
      this.#open.set(request, resolve)
      this.#send({ kind: 'resolve-file', request, path })
    })
  }

  answer(message: Extract<BackendToShell, { kind: 'file' | 'no-file' }>): void {
    const answer = this.#open.get(message.request)
    this.#open.delete(message.request)
    if (message.kind === 'file') answer?.({ file: message.file, mime: message.mime })
    else answer?.({ status: message.status, reason: message.reason })
  }

  /** The backend is gone: what was asked is answered with 503, the page asks again. */
  failAll(): void {
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const answer of open) answer({ status: 503, reason: 'The background process is being restarted.' })
  }
}
