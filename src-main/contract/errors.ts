/**
 * Every failure that a person may meet has a code, a sentence to act on, and the data behind it.
 * The same list types the errors of the contract, of the engine and of the command line.
 */
export const ERROR_CODES = [
  'backend_restarted', // the backend died while a call was open; the client refetches
  'bad_input', // an argument is not of the declared form
  'cancelled',
  'conflict', // the image has another revision than the caller expected; nothing was written
  'disk_full',
  'engine_died', // the engine process ended in the middle of a job
  'engine_hung', // the engine process did not answer for long and was ended
  'engine_no_memory',
  'file_broken', // a CSV, a model or a project file that cannot be read
  'grant_unknown', // a path that no dialog, drop or recent list has granted
  'image_broken', // not an image, or truncated
  'image_missing',
  'image_too_large',
  'internal',
  'model_incompatible', // weights of another shape than the architecture says
  'no_training_backend', // only a backend that does not train here is at hand
  'not_found',
  'nothing_to_do', // an empty folder, no finished images to train on, no prediction to score
  'project_damaged',
  'project_in_use',
  'project_newer',
  'project_not_open', // the backend does not have it open (any more): open it, then call again
  'read_only',
  'training_diverged', // the loss became NaN; the last good weights are kept
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** A failure as a value: what went wrong, and what a person can do about it. */
export class DrydockError extends Error {
  override readonly name = 'DrydockError'
  readonly code: ErrorCode
  readonly data: Readonly<Record<string, unknown>>

  /** @param sentence what happened, what was kept, what to do; shown to people as it is. */
  constructor(code: ErrorCode, sentence: string, data: Record<string, unknown> = {}, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause })
    this.code = code
    this.data = data
  }
}

/** A failure in the form that crosses a process boundary. */
export interface WireError {
  code: ErrorCode
  message: string
  data: Record<string, unknown>
}

const NO_MEMORY =
  /bad_alloc|out of memory|ran out of memory|OOM when allocating|Cannot allocate memory|Array buffer allocation failed|WebAssembly\.Memory/i

/** Whether a process or a library says here that it got no memory. @param text what it wrote or threw */
export function tellsNoMemory(text: string): boolean {
  return NO_MEMORY.test(text)
}

/** Not enough memory for a piece of work of the engine. @param data what is known of it, for the log */
export function noMemory(data: Record<string, unknown>, cause?: unknown): DrydockError {
  return new DrydockError(
    'engine_no_memory',
    'There was not enough memory for this work, so the engine ended it. All that was finished before is kept. Use a smaller batch, crop or tile and try again.',
    data,
    cause,
  )
}

/** Whether a failure is that of a full disk or a used-up quota. */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return code === 'disk_full' || code === 'ENOSPC' || code === 'EDQUOT'
}

/** Whether a file system has refused a name for its length. */
export function isNameTooLong(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG'
}

/** Turns anything thrown into the wire form; what is not a DrydockError, no full disk and no name that is too long becomes `internal`. */
export function toWireError(error: unknown): WireError {
  if (error instanceof DrydockError)
    return { code: error.code, message: error.message, data: { ...error.data } }
  if (isDiskFull(error)) {
    return {
      code: 'disk_full',
      message:
        'There is no room left on the disk. What was finished before is kept. Free some space and start again.',
      data: { detail: String(error) },
    }
  }
  if (isNameTooLong(error)) {
    return {
      code: 'bad_input',
      message: 'A name is longer than the disk allows, so nothing was written. Choose a shorter one.',
      data: { detail: String(error) },
    }
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'cancelled', message: 'Cancelled.', data: {} }
  }
  const detail = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message: `Something unexpected failed: ${detail}`, data: {} }
}

/** The reverse of {@link toWireError}, on the receiving side. */
export function fromWireError(wire: WireError): DrydockError {
  return new DrydockError(wire.code, wire.message, wire.data)
}
