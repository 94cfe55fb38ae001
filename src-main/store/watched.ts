/** Told how long a statement took, what comes of its rows included. @param name `images.get` */
export type Watch = (name: string, ms: number) => void

/** A statement that takes longer than this holds up whoever saves a gesture, in ms. */
export const SLOW_STATEMENT = 40

/**
 * The same repository; `watch` is told of each call that is over.
 * @param name of the repository, which comes before that of the call
 */
export function watched<R extends object>(name: string, repository: R, watch: Watch | undefined): R {
  if (!watch) return repository
  const calls = Object.entries(repository).map(([call, work]: [string, unknown]) => {
    if (typeof work !== 'function') return [call, work] as const
    const timed = (...input: unknown[]): unknown => {
      const start = performance.now()
      try {
        return Reflect.apply(work, repository, input)
      } finally {
        watch(`${name}.${call}`, performance.now() - start)
      }
    }
    return [call, timed] as const
  })
  return Object.fromEntries(calls) as R
}

/** A watch that writes one line for each statement that took too long. @param log takes it */
export function logSlow(log: (line: string) => void): Watch {
  return (name, ms) => {
    if (ms > SLOW_STATEMENT) log(`slow statement: ${name}, ${ms.toFixed(0)} ms`)
  }
}
