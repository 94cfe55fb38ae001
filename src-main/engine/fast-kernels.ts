import type { Kernels } from '../model/kernels.ts'
import { kernelsFor } from '../model/kernels.ts'
import type { Tf } from '../model/tf.ts'
import { bfloat16Suits } from './bfloat16-probe.ts'
import { graphCompiler } from './native-graph.ts'

const made = new WeakMap<Tf, Kernels>()

/** The kernels of this process, with graphs where the backend has them; all work shares the graphs. */
export function fastKernels(tf: Tf): Kernels {
  const known = made.get(tf)
  if (known) return known
  let narrow: boolean | null = null
  const suits = (): boolean => (narrow ??= bfloat16Suits(tf))
  const kernels = kernelsFor(tf, graphCompiler(tf, suits))
  made.set(tf, kernels)
  return kernels
}
