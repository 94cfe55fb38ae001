/**
 * Does work that pauses now and then, and ends it at a pause where people have cancelled meanwhile.
 * @param port how the work pauses, and whether it was cancelled
 * @returns what the work gives; null where it was cancelled
 */
export async function unlessCancelled<T>(
  port: { pause(): Promise<void>; cancelled(): boolean },
  work: (pause: () => Promise<void>) => Promise<T>,
): Promise<T | null> {
  const cancelled = new Cancelled()
  const pause = async (): Promise<void> => {
    await port.pause()
    if (port.cancelled()) throw cancelled
  }
  try {
    return await work(pause)
  } catch (error) {
    if (error === cancelled) return null
    throw error
  }
}

class Cancelled extends Error {}
