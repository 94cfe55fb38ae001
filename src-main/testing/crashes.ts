import { z } from 'zod'

/** Rounds with the whole application among all kills: one in so many, since each starts it anew. */
const OF_THE_APPLICATION = 20

/**
 * How many processes the crash tests kill, and from which seed. `DRYDOCK_CRASHES` is their number in all, 200 where it is not said;
 * `DRYDOCK_CRASH_SEED` repeats an earlier run as far as timing allows.
 */
export function crashPlan(): { seed: number; sessions: number; applications: number } {
  const number = z.coerce.number().int().min(1)
  const all = number.min(2).parse(process.env['DRYDOCK_CRASHES'] ?? 200)
  const seed = number.parse(process.env['DRYDOCK_CRASH_SEED'] ?? 1 + (Date.now() % 1_000_000))
  const applications = Math.ceil(all / OF_THE_APPLICATION)
  return { seed, sessions: all - applications, applications }
}
