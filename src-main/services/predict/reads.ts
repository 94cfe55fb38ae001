import type { Store } from '../../store/store.ts'
import { pixelsOf } from '../images/rows.ts'

/** A run, and which images are meant: all, those that it has not reached, or of these those that any run of its version has. */
interface ImagesWanted {
  run: number
  model: string
  flips: boolean
  images: 'all' | 'todo' | 'seen'
}

/** What the reader threads do for predictions. */
export const predictReads = {
  /** ids of the images that a choice of them means now */
  'predict.images': (store: Store, { run, model, flips, images }: ImagesWanted): number[] =>
    store.read(() => {
      const all = store.images.all()
      if (images === 'all') return all.map(({ id }) => id)
      const reached = new Map(store.runs.images(run).map(({ image, sha256 }) => [image, sha256]))
      const open = all.filter((image) => image.sha256 === null || reached.get(image.id) !== pixelsOf(image))
      if (images === 'todo') return open.map(({ id }) => id)
      const seen = new Set(
        store.runs
          .all(null)
          .filter((other) => other.model === model && other.flips === flips)
          .flatMap(({ id }) => store.runs.images(id))
          .map(({ image, sha256 }) => `${image} ${sha256}`),
      )
      return open.filter((image) => seen.has(`${image.id} ${pixelsOf(image)}`)).map(({ id }) => id)
    }),

  /** ids of the images that one run has reached and another has not */
  'predict.copied': (store: Store, { from, into }: { from: number; into: number }): number[] =>
    store.read(() => {
      const there = new Set(store.runs.images(into).map(({ image }) => image))
      return store.runs
        .images(from)
        .map(({ image }) => image)
        .filter((image) => !there.has(image))
    }),
}

type PredictReads = typeof predictReads

declare module '../machinery/readers.ts' {
  interface Reads extends PredictReads {}
}
