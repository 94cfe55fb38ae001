import { IGNORED_LABEL } from '../../contract/words.ts'
import type { TrainBatch } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { TrainCrop, TrainSettings } from '../../contract/wire.ts'
import type { Project } from '../machinery/project.ts'
import { trainData } from './train-data.ts'

/** Crops that are shown: eight of the usual side, fewer of larger ones. */
const shownOf = (crop: number): number =>
  Math.max(1, Math.min(8, Math.floor((8 * 256 * 256) / (crop * crop))))

/** Crops of the first step, as a training by these settings would see them. @throws DrydockError `nothing_to_do` */
export async function exampleCrops(project: Project, settings: TrainSettings): Promise<TrainCrop[]> {
  const { train } = await project.reads.run('train.sources', null)
  if (train.length === 0 && settings.syntheticShare < 1) {
    throw new DrydockError(
      'nothing_to_do',
      'There is no finished image to show crops of. Finish one, then look again.',
    )
  }
  const data = trainData({
    ...{ sources: train, validation: [], further: [], seed: settings.seed },
    synthetic: { share: settings.syntheticShare, scenes: null },
    ...{ batch: shownOf(settings.crop), crop: settings.crop, magnify: settings.magnify },
    ...{ sizeExponent: settings.sizeExponent, falseAlarmShare: 0 },
  })
  try {
    return cropsOf(await data.batch(0))
  } finally {
    await data.close()
  }
}

function cropsOf({ images, labels, batch, crop }: TrainBatch): TrainCrop[] {
  const size = crop * crop
  return Array.from({ length: batch }, (_, i) => ({
    side: crop,
    rgb: Buffer.from(images.subarray(3 * i * size, 3 * (i + 1) * size)).toString('base64'),
    outline: Buffer.from(outlineOf(labels.subarray(i * size, (i + 1) * size), crop)).toString('base64'),
  }))
}

/** 1 at pixels of a ship beside which another label begins, 2 where nothing is learnt from. */
function outlineOf(labels: Uint16Array, side: number): Uint8Array {
  const differs = (p: number, q: number): boolean => labels[p] !== labels[q]
  return Uint8Array.from(labels, (label, p) => {
    const x = p % side
    const edge =
      (x > 0 && differs(p, p - 1)) ||
      (x < side - 1 && differs(p, p + 1)) ||
      (p >= side && differs(p, p - side)) ||
      (p < labels.length - side && differs(p, p + side))
    if (label === IGNORED_LABEL) return 2
    return label !== 0 && edge ? 1 : 0
  })
}
