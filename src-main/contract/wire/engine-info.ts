import { z } from 'zod'

/** What computes, and what may be chosen to compute with. */

/** What the status bar says of the engine. */
export const backendInfo = z.object({
  /** 'tensorflow', 'wasm', 'cpu' */
  name: z.string(),
  /** 'GPU', 'CPU', 'JavaScript' */
  device: z.string(),
  threads: z.number().int(),
  /** one sentence: why this one */
  why: z.string(),
  /** each better one that was not taken, and why not */
  passedOver: z.array(z.object({ name: z.string(), reason: z.string() })),
  trains: z.boolean(),
  versions: z.record(z.string(), z.string()),
})
export type BackendInfo = z.infer<typeof backendInfo>

/** What a person may choose to compute with: the best that works, or one tfjs backend and no other. */
export const backendChoice = z.enum(['automatic', 'tensorflow', 'wasm', 'cpu'])
export type BackendChoice = z.infer<typeof backendChoice>

export const backendSetting = z.object({
  choice: backendChoice,
  /** what DRYDOCK_BACKEND is set to, which wins over the choice; null: it is not set */
  overruledBy: z.string().nullable(),
  /** a job runs: the choice takes effect at its end */
  waiting: z.boolean(),
})
export type BackendSetting = z.infer<typeof backendSetting>
