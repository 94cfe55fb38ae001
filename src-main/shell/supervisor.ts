import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { BackendToShell, ShellToBackend } from '../contract/channels.ts'
import type { BackendHealth } from '../contract/shell.ts'
import { Pulse } from '../core/pulse.ts'

/** How to start the backend. */
export interface BackendCommand {
  command: string
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  /** opens the file that takes the process's output; called at each start */
  openLog(): number
}

/** What the supervisor tells its owner. */
export interface SupervisorEvents {
  message(message: BackendToShell): void
  /** the backend is gone; `generation` is already that of the next one, messages for it may be sent at once */
  down(generation: number): void
  health(health: BackendHealth): void
  log(line: string): void
}

/** Waits in ms; replaced in tests. */
export type Delay = (ms: number, then: () => void) => void

/** Calls `tick` at even intervals of ms, with a time that does not go back. @returns ends it; replaced in tests */
export type Beat = (ms: number, tick: (now: number) => void) => () => void

/** The first death is answered at once, the next after this, then twice as long each time; in ms. */
const FIRST_DELAY = 100
const LONGEST_DELAY = 10_000
/** after this many deaths in a row without ever having been ready for a while, people are told */
const TELL_AFTER = 3
/** a backend that lived this long was well; its death is not part of a series */
const WELL_AFTER = 10_000
const STOP_WITHIN = 3_000
/** The backend is asked this often for a sign of life. */
const PULSE = 1_000
/** Its own thread does short work only: one that is silent for so long does not answer at all. */
const SILENT_AFTER = 5_000

/**
 * Keeps one backend process alive: starts it, starts it again with growing pauses when it dies, and ends it for good.
 * Messages sent before it is ready wait for it. One that does not answer is told of, and left to people: it may come back.
 */
export class Supervisor {
  readonly #command: BackendCommand
  readonly #events: SupervisorEvents
  readonly #delay: Delay
  readonly #beat: Beat
  readonly #pulse = new Pulse(PULSE, () => SILENT_AFTER)
  #stopBeat: (() => void) | null = null
  #child: ChildProcess | null = null
  #generation = 0
  #deaths = 0
  #ready = false
  #stopping = false
  #queue: ShellToBackend[] = []
  /** of the last beat */
  #now = 0
  #health: BackendHealth = { state: 'starting', sentence: null }

  constructor(
    command: BackendCommand,
    events: SupervisorEvents,
    delay: Delay = (ms, then) => setTimeout(then, ms),
    beat: Beat = everyMs,
  ) {
    this.#command = command
    this.#events = events
    this.#delay = delay
    this.#beat = beat
  }

  /** Counts the backends: one more each time one died. */
  get generation(): number {
    return this.#generation
  }

  get health(): BackendHealth {
    return this.#health
  }

  /** Process id of the running backend, or null. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  start(): void {
    if (this.#stopping) return
    const log = this.#command.openLog()
    const started = Date.now()
    const child = spawn(this.#command.command, [...this.#command.args], {
      stdio: ['ignore', log, log, 'ipc'],
      serialization: 'advanced',
      env: { ...this.#command.env },
      windowsHide: true,
      // Ctrl+C in a terminal goes to a whole process group: the backend is ended by the shell, in order.
      detached: process.platform !== 'win32',
    })
    closeSync(log)
    this.#child = child
    let over = false
    const ended = (how: string): void => {
      if (over) return
      over = true
      this.#ended(how, Date.now() - started)
    }
    child.on('error', (error) => {
      // Sending to a dying process also ends here; only a process that never started has no 'exit' to follow.
      this.#events.log(`backend: ${error.message}`)
      if (child.pid === undefined) ended('could not be started')
    })
    child.on('exit', (code, signal) => ended(signal ? `ended by ${signal}` : `ended with code ${code}`))
    child.on('message', (message: BackendToShell) => {
      this.#hasAnswered()
      if (message.kind === 'ready') this.#isReady()
      if (message.kind !== 'alive') this.#events.message(message)
    })
  }

  /** Sends once the backend is ready; what was sent to one that dies is lost with it. */
  send(message: ShellToBackend): void {
    if (this.#ready && this.#child?.connected) this.#child.send(message, () => {})
    else this.#queue.push(message)
  }

  /** Ends a backend that does not answer; another one follows, as after any death. Does nothing to one that answers. */
  restart(): void {
    if (this.#health.state !== 'silent') return
    this.#events.log('backend: ended since it did not answer')
    this.#child?.kill('SIGKILL')
  }

  /** Asks the backend to end, and ends it after 3 s; resolves when it is gone. It is not started again. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#stopBeat?.()
    const child = this.#child
    if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((resolve) => {
      this.#delay(STOP_WITHIN, () => {
        if (child.kill('SIGKILL')) this.#events.log('backend: did not end in time, killed')
      })
      child.once('exit', () => resolve())
      if (child.connected) child.send({ kind: 'stop' } satisfies ShellToBackend, () => {})
      else child.kill()
    })
  }

  #isReady(): void {
    this.#ready = true
    this.#setHealth({ state: 'ready', sentence: null })
    for (const message of this.#queue.splice(0)) this.send(message)
    this.#pulse.rest()
    this.#stopBeat?.()
    this.#stopBeat = this.#beat(PULSE, (now) => this.#ask(now))
  }

  #ask(now: number): void {
    this.#now = now
    switch (this.#pulse.tick(now)) {
      case 'ask':
        return this.send({ kind: 'ping' })
      case 'silent':
        this.#setHealth({ state: 'silent', sentence: 'Drydock’s background process does not answer.' })
        return
      case 'wait':
        return
    }
  }

  /** Whatever it sends is a sign of life. */
  #hasAnswered(): void {
    this.#pulse.answered(this.#now)
    if (this.#health.state === 'silent') this.#setHealth({ state: 'ready', sentence: null })
  }

  #ended(how: string, lifetime: number): void {
    this.#child = null
    this.#stopBeat?.()
    if (this.#stopping) return
    const wasWell = this.#ready && lifetime > WELL_AFTER
    this.#deaths = wasWell ? 1 : this.#deaths + 1
    this.#ready = false
    this.#queue = []
    this.#generation += 1
    const pause = this.#deaths === 1 ? 0 : Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (this.#deaths - 2))
    this.#events.log(`backend: ${how}; starting it again in ${pause} ms`)
    const failing = this.#deaths >= TELL_AFTER
    this.#setHealth({
      state: failing ? 'failing' : 'starting',
      sentence: failing
        ? `The background process ${how} ${this.#deaths} times in a row. What was saved is kept; see the log (Help, Open logs).`
        : null,
    })
    this.#events.down(this.#generation)
    this.#delay(pause, () => this.start())
  }

  #setHealth(health: BackendHealth): void {
    if (health.state === this.#health.state && health.sentence === this.#health.sentence) return
    this.#health = health
    this.#events.health(health)
  }
}

/** The clock that people do not set: where it stands still while the machine sleeps, so much the better. */
function everyMs(ms: number, tick: (now: number) => void): () => void {
  const timer = setInterval(() => tick(performance.now()), ms)
  return () => clearInterval(timer)
}
