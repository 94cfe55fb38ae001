import { join } from 'node:path'
import type { Engine, RgbImage } from '../../contract/engine.ts'
import { DrydockError, toWireError } from '../../contract/errors.ts'
import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import { clusterInference } from '../../core/cluster/cluster.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { decodeImage } from '../../imaging/decode.ts'
import { writeOverlay } from '../../imaging/overlay.ts'
import { imagesIn } from '../images/image-folder.ts'
import { TILE } from './infer.ts'
import { openGrowing } from '../machinery/label-output.ts'
import { overlayFile } from './overlays.ts'

export interface FolderWanted {
  /** folder of images, subfolders included */
  images: string
  modelFolder: string
  settings: ClusterSettings
  /** of the model; null: an instance's score is its mean foreground */
  calibration: Calibration | null
  /** average over the four flips: four times the work */
  flips: boolean
  /** the CSV to write; ImageId is the path below `images`, with '/' */
  out: string
  /** folder for pictures with outlines, `<image path>.png`; null for none */
  overlays: string | null
}

/** An image that was left out, with the sentence that says why. */
export interface LeftOut {
  image: string
  reason: string
}

export interface FolderPredicted {
  /** images in the folder */
  images: number
  /** of those, written to the CSV */
  predicted: number
  instances: number
  leftOut: LeftOut[]
  /** stopped by the signal: what was predicted before is in the CSV */
  cancelled: boolean
}

/**
 * Predicts all images of a folder into an Airbus CSV, in the order of their paths. Images that cannot be read are left
 * out and the others go on. Rows are written as they come, to `<out>.part`, which becomes `out` at the end, after a
 * cancel, and when the engine fails. Where that cannot be, the sentence says where the rows are.
 * @throws DrydockError `nothing_to_do` (no image), `not_found`, `bad_input` (`out` is a folder), `read_only`,
 *   `disk_full`, and as the engine does
 */
export async function predictFolder(
  engine: Engine,
  wanted: FolderWanted,
  {
    signal,
    onProgress,
  }: { signal: AbortSignal; onProgress: (done: number, total: number, image: string) => void },
): Promise<FolderPredicted> {
  const paths = await imagesIn(wanted.images)
  const result: FolderPredicted = {
    images: paths.length,
    predicted: 0,
    instances: 0,
    leftOut: [],
    cancelled: false,
  }
  const out = await openGrowing(wanted.out)
  try {
    // The next image is decoded while the engine looks at this one.
    let next = decodeSoon(wanted.images, paths[0])
    for (const [i, path] of paths.entries()) {
      const image = await next
      next = decodeSoon(wanted.images, paths[i + 1])
      if (signal.aborted) break
      onProgress(i, paths.length, path)
      if ('unreadable' in image) {
        result.leftOut.push({ image: path, reason: image.unreadable })
        continue
      }
      const masks = await predictImage(engine, wanted, image, signal)
      if (wanted.overlays !== null) {
        await writeOverlay(image, masks, overlayFile(wanted.overlays, path))
      }
      await out.add(path, masks)
      result.predicted++
      result.instances += masks.length
    }
  } catch (error) {
    await out.close(result.predicted > 0).catch((unkept: unknown) => {
      throw withBoth(error, unkept)
    })
    if (toWireError(error).code !== 'cancelled') throw error
    return { ...result, cancelled: true }
  }
  await out.close(!signal.aborted || result.predicted > 0)
  return { ...result, cancelled: signal.aborted }
}

/** The failure that ended the work, and then where the rows are. */
function withBoth(error: unknown, unkept: unknown): unknown {
  const { code, message, data } = toWireError(error)
  if (code === 'cancelled') return unkept
  return new DrydockError(code, `${message} ${toWireError(unkept).message}`, data, error)
}

async function predictImage(
  engine: Engine,
  { modelFolder, settings, calibration, flips }: FolderWanted,
  image: RgbImage,
  signal: AbortSignal,
): Promise<Rle[]> {
  const inference = await engine.infer({ modelFolder, image, flips, tile: TILE }, { signal })
  return clusterInference(inference, settings, calibration).instances.map(({ rle }) => rle)
}

async function decodeSoon(
  folder: string,
  path: string | undefined,
): Promise<RgbImage | { unreadable: string }> {
  if (path === undefined) return { unreadable: '' }
  try {
    return await decodeImage(join(folder, ...path.split('/')))
  } catch (error) {
    return { unreadable: toWireError(error).message }
  }
}
