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
  folder: string
  /** changes when the files do */
  stamp: string
  model: Promise<Loaded>
  /** predictions that run on it */
  users: number
}

/** The last few model versions that were asked for, ready to predict. */
export class ModelShelf {
  /** the one asked for last at the end; of a folder whose files were replaced, one for each state in use */
  #shelved: Shelved[] = []

  /**
   * Runs `work` with the model of a folder, which is read where it is not at hand or has changed on the disk, and
   * stays loaded as long as work runs on it.
   * @throws DrydockError file_broken, model_incompatible
   */
  async use<T>(tf: Tf, folder: string, work: (model: Loaded) => Promise<T>): Promise<T> {
    const entry = this.#entryOf(tf, folder, await stampOf(folder))
    entry.users++
    try {
      const model = await entry.model.catch((error: unknown) => {
        // it is read anew when it is asked for again
        this.#shelved = this.#shelved.filter((other) => other !== entry)
        throw error
      })
      return await work(model)
    } finally {
      entry.users--
      this.#tidy()
    }
  }

  #entryOf(tf: Tf, folder: string, stamp: string): Shelved {
    const known = this.#shelved.find((entry) => entry.folder === folder && entry.stamp === stamp)
    const entry = known ?? { folder, stamp, model: loadNetwork(tf, folder), users: 0 }
    this.#shelved = [...this.#shelved.filter((other) => other !== entry), entry]
    return entry
  }

  /** Lets the oldest go that nobody uses. */
  #tidy(): void {
    for (const entry of [...this.#shelved]) {
      if (this.#shelved.length <= KEPT) return
      if (entry.users > 0) continue
      this.#shelved = this.#shelved.filter((other) => other !== entry)
      // nobody uses it, so it has been loaded: what cannot be does not stay
      void entry.model.then(({ network }) => network.weights.dispose())
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
