import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readModel } from '../model/files.ts'
import { kernelsFor } from '../model/kernels.ts'
import type { Kernels } from '../model/kernels.ts'
import type { Network } from '../model/predict.ts'
import type { Tf } from '../model/tf.ts'

const KEPT = 3

interface Loaded {
  kernels: Kernels
  network: Network
  /** changes when the weights on the disk do */
  stamp: string
}

/** The last few model versions that were asked for, ready to predict. */
export class ModelShelf {
  private readonly loaded = new Map<string, Loaded>()

  /**
   * The model of a folder; reads it where it is not at hand or has changed on the disk.
   * @throws DrydockError file_broken, model_incompatible
   */
  async take(tf: Tf, folder: string): Promise<Loaded> {
    const stamp = await stampOf(folder)
    const known = this.loaded.get(folder)
    this.loaded.delete(folder)
    if (known?.stamp === stamp) {
      this.loaded.set(folder, known)
      return known
    }
    known?.network.weights.dispose()
    const { file, weights } = await readModel(folder)
    const { architecture, normalise } = file
    const fresh = {
      kernels: kernelsFor(tf),
      network: { architecture, normalise, weights: tf.tensor1d(weights) },
      stamp,
    }
    this.loaded.set(folder, fresh)
    for (const [oldest, { network }] of this.loaded) {
      if (this.loaded.size <= KEPT) break
      network.weights.dispose()
      this.loaded.delete(oldest)
    }
    return fresh
  }
}

async function stampOf(folder: string): Promise<string> {
  const stamps = await Promise.all(
    ['model.json', 'weights.bin'].map((name) =>
      stat(join(folder, name)).then(
        ({ mtimeMs, size }) => `${mtimeMs}/${size}`,
        () => 'none',
      ),
    ),
  )
  return stamps.join(' ')
}
