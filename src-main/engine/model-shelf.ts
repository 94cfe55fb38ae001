import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readModel } from '../model/files.ts'
import type { Kernels } from '../model/kernels.ts'
import type { Network } from '../model/predict.ts'
import type { Tf } from '../model/tf.ts'
import { fastKernels } from './fast-kernels.ts'

const KEPT = 3

interface Loaded {
  kernels: Kernels
  network: Network
}

interface Shelved {
  /** changes when the files do */
  stamp: string
  model: Promise<Loaded>
  /** predictions that run on it */
  users: number
}

/** The last few model versions that were asked for, ready to predict. */
export class ModelShelf {
  private readonly shelved = new Map<string, Shelved>()

  /**
   * Runs `work` with the model of a folder, which is read where it is not at hand or has changed on the disk, and
   * stays loaded as long as work runs on it.
   * @throws DrydockError file_broken, model_incompatible
   */
  async use<T>(tf: Tf, folder: string, work: (model: Loaded) => Promise<T>): Promise<T> {
    const entry = this.entryOf(tf, folder, await stampOf(folder))
    entry.users++
    try {
      return await work(await entry.model)
    } catch (error) {
      if (
        await entry.model.then(
          () => false,
          () => true,
        )
      )
        this.forget(folder, entry)
      throw error
    } finally {
      entry.users--
      this.tidy()
    }
  }

  private entryOf(tf: Tf, folder: string, stamp: string): Shelved {
    const known = this.shelved.get(folder)
    if (known?.stamp === stamp) {
      this.shelved.delete(folder)
      this.shelved.set(folder, known)
      return known
    }
    const entry = { stamp, model: loadNetwork(tf, folder), users: 0 }
    // A version that is replaced while work runs on it lies under a key of its own until that ends.
    if (known) this.shelved.set(`${folder} ${known.stamp}`, known)
    this.shelved.delete(folder)
    this.shelved.set(folder, entry)
    return entry
  }

  private forget(folder: string, entry: Shelved): void {
    if (this.shelved.get(folder) === entry) this.shelved.delete(folder)
  }

  /** Lets the oldest go that nobody uses. */
  private tidy(): void {
    for (const [key, { users, model }] of this.shelved) {
      if (this.shelved.size <= KEPT) return
      if (users > 0) continue
      this.shelved.delete(key)
      void model.then(({ network }) => network.weights.dispose())
    }
  }
}

async function loadNetwork(tf: Tf, folder: string): Promise<Loaded> {
  const { file, weights } = await readModel(folder)
  const { architecture, normalise } = file
  return { kernels: fastKernels(tf), network: { architecture, normalise, weights: tf.tensor1d(weights) } }
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
