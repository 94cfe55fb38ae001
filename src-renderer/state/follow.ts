const AGAIN_AFTER_MS = 500

/**
 * Hears every event of a stream until `signal` aborts; subscribes again where it ends or breaks, as it does whenever the
 * backend is replaced.
 * @param refused called with what broke the stream; true ends the following
 */
export async function follow<T>(
  subscribe: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  hear: (event: T) => void,
  signal: AbortSignal,
  refused: (error: unknown) => boolean | Promise<boolean> = () => false,
): Promise<void> {
  const over = () => signal.aborted
  while (!over()) {
    try {
      for await (const event of await subscribe(signal)) {
        if (over()) return
        hear(event)
      }
    } catch (error) {
      if (over() || (await refused(error))) return
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS))
  }
}
