import { ORPCError } from '@orpc/client'
import { DrydockError, ERROR_CODES, fromWireError, type ErrorCode } from '../../src-main/contract/errors.ts'
import { isRecord } from '../../src-main/contract/record.ts'

const codes: ReadonlySet<string> = new Set(ERROR_CODES)

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && codes.has(code)
}

/** What open calls end with when the backend is replaced. Gestures can be sent again as they are. */
export function backendRestarted(): DrydockError {
  return new DrydockError(
    'backend_restarted',
    'The background process had to be restarted. Everything that was saved is there; try again.',
  )
}

/** Whether a call failed because the backend was replaced, or has not got the project open: opened again, it goes on. */
export function isAway(error: unknown): boolean {
  return (
    error instanceof DrydockError && (error.code === 'backend_restarted' || error.code === 'project_not_open')
  )
}

/** Turns whatever a call rejects with into the one error that the window handles. */
export function toDrydockError(error: unknown): DrydockError {
  if (error instanceof DrydockError) return error
  if (error instanceof ORPCError) {
    const code: unknown = error.code
    const data = isRecord(error.data) ? error.data : {}
    if (isErrorCode(code)) return fromWireError({ code, message: error.message, data })
    if (code === 'BAD_REQUEST') {
      return new DrydockError(
        'bad_input',
        'The window sent something that is not allowed; nothing was changed.',
        data,
      )
    }
    return new DrydockError('internal', `Something unexpected failed: ${error.message}`, data, error)
  }
  if (error instanceof Error && error.name === 'AbortError')
    return new DrydockError('cancelled', 'Cancelled.')
  const detail = error instanceof Error ? error.message : String(error)
  return new DrydockError('internal', `Something unexpected failed: ${detail}`, {}, error)
}
