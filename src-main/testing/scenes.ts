import type { Engine, RgbImage } from '../contract/engine.ts'
import type { Rle } from '../core/mask/rle.ts'
import { labelMapToRles } from '../core/mask/rle.ts'
import { makeSyntheticScene } from '../core/synthetic/scene.ts'
import type { TuneImage } from '../core/tune/candidates.ts'

/** Synthetic scenes with their truth, and what a model sees on them, for the scripts that judge models. */

export interface Scene {
  image: RgbImage
  truth: Rle[]
}

/** @param side in px */
export function syntheticScene(seed: number, side: number): Scene {
  const { image, labels } = makeSyntheticScene(seed, { width: side, height: side })
  return { image, truth: labelMapToRles(labels, side, side).filter((mask) => mask.length > 0) }
}

export async function lookAtScene(
  engine: Engine,
  modelFolder: string,
  { image, truth }: Scene,
): Promise<TuneImage> {
  const inference = await engine.infer({ modelFolder, image, flips: false, tile: 768 }, {})
  return { truth, inference }
}
