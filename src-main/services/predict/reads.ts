import type { StoredImage } from '../../store/images.ts'
import type { Store } from '../../store/store.ts'
import { seenPixels } from '../images/rows.ts'

/** A run, and which images are meant: all, those that it has not reached, or of these those that any run of its version has. */
interface ImagesWanted {
  run: number
  model: string
  flips: boolean
  images: 'all' | 'todo' | 'seen'
}

/** An image that settings are tried on. */
interface ValidationImage {
  id: number
  /** of similar images: they fall together */
  group: number
  truthRevision: number
  /** its masks that count, as run-length text */
  truth: string[]
}

/** What the reader threads do for predictions. */
export const predictReads = {
  /** ids of the images that a choice of them means now */
  'predict.images': (store: Store, { run, model, flips, images }: ImagesWanted): number[] =>
    store.read(() => {
      const alike = store.runs.all(null).filter((other) => other.model === model && other.flips === flips)
      const hasSeen = (of: number, image: StoredImage): boolean =>
        image.sha256 !== null && store.runs.image(of, image.id)?.sha256 === seenPixels(image)
      const meant = (image: StoredImage): boolean =>
        image.leftOut === null &&
        (images === 'all' ||
          (!hasSeen(run, image) && (images === 'todo' || alike.some(({ id }) => hasSeen(id, image)))))
      const ids: number[] = []
      for (const image of store.images.all()) if (meant(image)) ids.push(image.id)
      return ids
    }),

  /** finished validation images with their truth, in no order that says anything, `most` of them; and how many of the hold-out are finished */
  'predict.validation': (
    store: Store,
    { most }: { most: number },
  ): { images: ValidationImage[]; heldOut: number } =>
    store.read(() => {
      const images: (Omit<ValidationImage, 'truth'> & { sha256: string })[] = []
      let heldOut = 0
      for (const { id, sha256, split, stands } of store.similar.finished()) {
        if (split === 'hold-out') heldOut++
        const image = split === 'validation' ? store.images.get(id) : null
        if (image?.fileState !== 'ok' || image.leftOut !== null) continue
        images.push({ id, sha256, group: stands?.group ?? id, truthRevision: image.truthRevision })
      }
      images.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
      const meant = images.slice(0, most)
      return { images: meant.map((image) => ({ ...image, truth: store.truth.masks(image.id) })), heldOut }
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
