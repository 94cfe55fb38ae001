import type { StoredImage } from '../../store/images.ts'
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
      const alike = store.runs.all(null).filter((other) => other.model === model && other.flips === flips)
      const hasSeen = (of: number, image: StoredImage): boolean =>
        image.sha256 !== null && store.runs.image(of, image.id)?.sha256 === pixelsOf(image)
      const meant = (image: StoredImage): boolean =>
        image.leftOut === null &&
        (images === 'all' ||
          (!hasSeen(run, image) && (images === 'todo' || alike.some(({ id }) => hasSeen(id, image)))))
      const ids: number[] = []
      for (const image of store.images.all()) if (meant(image)) ids.push(image.id)
      return ids
    }),

  /** ids of the images that one run has reached and another has not */
  'predict.copied': (store: Store, { from, into }: { from: number; into: number }): number[] =>
    store.read(() => {
      const there = new Set(store.runs.images(into))
      return store.runs.images(from).filter((image) => !there.has(image))
    }),
}

type PredictReads = typeof predictReads

declare module '../machinery/readers.ts' {
  interface Reads extends PredictReads {}
}
