import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import { fromWireError } from '../../contract/errors.ts'
import type { WireError } from '../../contract/errors.ts'
import { entry } from '../../locations.ts'
import { FIRST, PeopleFirst } from './people-first.ts'
import type { MachineryTasks } from './tasks.ts'

/**
 * What the worker threads do. Each task takes one value and answers with one; both are copied between threads. A room
 * adds its own in its `tasks.ts`; `services/worker.ts` puts the table together.
 */
export interface Tasks extends MachineryTasks {}

export type TaskName = keyof Tasks
type TaskInput<N extends TaskName> = Parameters<Tasks[N]>[0]
type TaskOutput<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>
export type TaskAnswer = { value: unknown } | { error: WireError }

/** The kept pool of worker threads: decoding, hashing, clustering, parsing, scoring in bulk. */
export interface Workers {
  /**
   * Runs one task.
   * @param turn first: somebody waits for it in front of the screen, so it is not behind others that wait for a thread
   * @throws DrydockError as the task does; `cancelled` by the signal
   */
  run<N extends TaskName>(
    task: N,
    input: TaskInput<N>,
    signal?: AbortSignal,
    turn?: 'first',
  ): Promise<TaskOutput<N>>
  /** The same pool for work that may be given up: at `end` the threads of its tasks are ended, whatever they do. */
  until(end: AbortSignal): Workers
  close(): Promise<void>
}

/**
 * How a thread of a pool runs. Its file is a module, which Piscina requires first and imports where that fails: Node 22 ends the whole process
 * where a thread is ended while it requires one.
 */
export const THREAD_ARGUMENTS = ['--disable-warning=ExperimentalWarning', '--no-experimental-require-module']

/** Starts the pool: at least two threads, so that background work leaves one free for the image on the screen. */
export function startWorkers(): Workers {
  const pool = new Piscina<{ task: TaskName; input: unknown }, TaskAnswer>({
    filename: entry('worker'),
    minThreads: 1,
    maxThreads: Math.max(2, Math.min(8, availableParallelism())),
    idleTimeout: 60_000,
    taskQueue: new PeopleFirst(),
    execArgv: THREAD_ARGUMENTS,
    // a thread that slept in one would do nothing when it has answered: it clears away then
    atomics: 'disabled',
  })
  const workers = (end?: AbortSignal): Workers => ({
    async run<N extends TaskName>(
      task: N,
      input: TaskInput<N>,
      signal?: AbortSignal,
      turn?: 'first',
    ): Promise<TaskOutput<N>> {
      // a started task is not torn down with its thread: it ends within a second or so, and its answer is dropped
      signal?.throwIfAborted()
      const message = { task, input, ...(turn && FIRST) }
      const answer = await pool.run(message, end ? { signal: end } : {})
      signal?.throwIfAborted()
      if ('error' in answer) throw fromWireError(answer.error)
      return answer.value as TaskOutput<N>
    },
    until: workers,
    close: () => pool.close({ force: true }),
  })
  return workers()
}
