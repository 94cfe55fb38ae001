import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { toWireError } from '../contract/errors.ts'

/** What a command may do to the outside; the only place that writes to the terminal. */
export interface Terminal {
  /** true: stdout holds one JSON value and nothing else */
  json: boolean
  /** aborts on Ctrl+C and on SIGTERM; what is done by then is kept */
  signal: AbortSignal
  /** one line of the answer, for people; nothing with --json */
  say(line: string): void
  /** the answer for machines; nothing without --json */
  answer(value: unknown): void
  /** a remark beside the answer, on stderr */
  note(line: string): void
  /** overwrites the last progress line; only where stderr is a terminal */
  progress(line: string): void
}

/** Exit codes. */
export const FAILURE = 1
export const WRONG_USAGE = 2

/** A second Ctrl+C this much later ends the process at once, in ms. */
const IMPATIENCE_MS = 1_000

function openTerminal(json: boolean): { terminal: Terminal; close: () => void } {
  const abort = new AbortController()
  let asked = 0
  const stop = (): void => {
    // One Ctrl+C may arrive twice, from the terminal and passed on by the bin; whoever presses it again means it.
    if (asked > 0 && Date.now() - asked > IMPATIENCE_MS) process.exit(FAILURE)
    asked = asked || Date.now()
    abort.abort()
  }
  let width = 0
  const clear = (): void => {
    if (width > 0) process.stderr.write(`\r${' '.repeat(width)}\r`)
    width = 0
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const terminal: Terminal = {
    json,
    signal: abort.signal,
    say(line) {
      if (json) return
      clear()
      process.stdout.write(`${line}\n`)
    },
    answer(value) {
      if (!json) return
      clear()
      process.stdout.write(`${JSON.stringify(value)}\n`)
    },
    note(line) {
      clear()
      process.stderr.write(`${line}\n`)
    },
    progress(line) {
      if (!process.stderr.isTTY) return
      const shown = line.slice(0, Math.max(20, process.stderr.columns - 1))
      process.stderr.write(`\r${shown.padEnd(width)}`)
      width = shown.length
    },
  }
  const close = (): void => {
    clear()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
  return { terminal, close }
}

/** Reports a failure: a sentence on stderr, and the typed error on stdout where machines read it. */
function reportFailure(error: unknown, json: boolean): void {
  const { code, message } = toWireError(error)
  process.stderr.write(`${message}\n`)
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`)
  if (code === 'internal' && process.env['DRYDOCK_DEBUG']) console.error(error)
}

/**
 * Gives a command `--json` and an action with a terminal. A failure sets exit code 1; the process ends by itself when
 * all output is written.
 */
export function onTerminal(command: Command, act: (terminal: Terminal) => Promise<void>): void {
  command.option('--json', 'print one JSON value on stdout, for machines')
  command.action(async () => {
    const { terminal, close } = openTerminal(command.opts<{ json?: boolean }>().json ?? false)
    try {
      await act(terminal)
    } catch (error) {
      close()
      if (error instanceof CommanderError) throw error
      reportFailure(error, terminal.json)
      process.exitCode = FAILURE
    } finally {
      close()
    }
  })
}
