import type { SparseInference } from '../../contract/engine.ts'
import type { Clustering } from '../../core/cluster/cluster.ts'
import { embeddingsOf } from '../../core/cluster/sparse.ts'
import { writeWhole } from '../../whole-file.ts'

/** Writes the points of the scatter plot in the form that `embeddingPoints` of the contract describes. */
export async function writePoints(
  file: string,
  inference: SparseInference,
  labels: Clustering['labels'],
): Promise<void> {
  const { x, y } = embeddingsOf(inference)
  const parts = [inference.index, x, y, inference.foreground, labels].map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  )
  await writeWhole(file, Buffer.concat(parts))
}
