import { z } from 'zod'

/** What is wrong with a run, and what mending it is worth. */

/** Kinds of errors at IoU 0.5, in the order in which they are decided; `core/metric/kinds.ts` says what each means. */
export const ERROR_KINDS = ['merged', 'split', 'near miss', 'missed', 'false'] as const
export const errorKind = z.enum(ERROR_KINDS)
export type ErrorKind = z.infer<typeof errorKind>
