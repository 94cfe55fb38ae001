import { DrydockError } from '../../contract/errors.ts'
import type { TrainPreview } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import type { ListedImage } from '../../store/images.ts'
import type { Store } from '../../store/store.ts'
import { imageFile } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import type { TrainSource } from './train-plan.ts'
import { selectForTraining } from './train-selection.ts'

/** What the reader threads do for a training. */
export const trainReads = {
  /** what it would use, and what it would leave out and why */
  'train.preview': (store: Store, _none: null): TrainPreview =>
    store.read(() => selectForTraining(store.images.candidates()).preview),

  /** what it learns from, and what it is validated on */
  'train.sources': (store: Store, _none: null): { train: TrainSource[]; validation: TrainSource[] } =>
    store.read(() => {
      const { train, validation } = selectForTraining(store.images.listed(null))
      const sources = (images: readonly ListedImage[]) => images.map((image) => sourceOf({ store }, image))
      return { train: sources(train), validation: sources(validation) }
    }),
}

/** Only images that the selection took come here: their content is known. */
function sourceOf(project: Pick<Project, 'store'>, image: ListedImage): TrainSource {
  const { width, height, sha256 } = image
  if (width === null || height === null || sha256 === null) {
    throw new DrydockError('internal', `${image.path} was to be trained on before it was read.`)
  }
  const truth = project.store.truth.masks(image.id).map(parseRle)
  const mapping = project.store.pixels.get(image.id)?.mapping ?? undefined
  return { file: imageFile(project, image), width, height, truth, content: sha256, mapping }
}

type TrainReads = typeof trainReads

declare module '../machinery/readers.ts' {
  interface Reads extends TrainReads {}
}
