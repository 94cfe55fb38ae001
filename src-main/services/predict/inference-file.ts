import { readFile, utimes } from 'node:fs/promises'
import type { SparseInference } from '../../contract/engine.ts'
import { inferenceFromBytes, inferenceToBytes } from '../../core/cluster/inference-bytes.ts'
import { writeWhole } from '../../whole-file.ts'

/** Writes an inference so that nobody sees half of it. */
export async function writeInference(file: string, inference: SparseInference): Promise<void> {
  await writeWhole(file, Buffer.concat(inferenceToBytes(inference)))
}

/**
 * Reads a cached inference and marks it as used just now; null where there is none, or it is of another form: the cache
 * may be deleted or cut off at any time.
 */
export async function readInference(file: string): Promise<SparseInference | null> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch {
    return null
  }
  const inference = inferenceFromBytes(bytes)
  if (inference) await utimes(file, new Date(), new Date()).catch(() => undefined)
  return inference
}
