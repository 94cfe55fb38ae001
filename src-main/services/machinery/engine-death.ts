import { readFileSync } from 'node:fs'
import { DrydockError, noMemory, tellsNoMemory } from '../../contract/errors.ts'

/**
 * What the end of an engine process tells: `engine_no_memory` where memory ran out for certain, else `engine_died`.
 * @param oomKilled Linux has killed a process for want of memory since this one started
 */
export function deathOf(
  data: { exitCode: number | null; signal: string | null; stderr: string },
  oomKilled: boolean,
): DrydockError {
  if (oomKilled || data.exitCode === 137 || tellsNoMemory(data.stderr)) return noMemory(data)
  // Systems kill without a word where no memory is left, and libtensorflow may stumble over what it did not get.
  const more =
    data.signal === null
      ? ''
      : ' Where it ends like this again, memory may be short: use a smaller batch, crop or tile.'
  return new DrydockError(
    'engine_died',
    `The engine process ended in the middle of the work. All that was finished before is kept. Start the work again; the engine restarts by itself.${more}`,
    data,
  )
}

/** How many processes Linux has killed for want of memory since it started; 0 where that is not told. */
export function oomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
