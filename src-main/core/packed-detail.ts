import type { ImageDetail, PackedDetail } from '../contract/wire.ts'

/**
 * An image with all of its instances as it travels between processes of one machine: they may be ten thousands, and are one text that nobody on the way
 * looks into. What is written by `packDetail` alone is read by `unpackDetail`.
 */

type Instances = Pick<ImageDetail, 'truth' | 'predictions'>

export function packDetail<T extends Instances>({
  truth,
  predictions,
  ...rest
}: T): Omit<T, keyof Instances> & { instances: string } {
  return { ...rest, instances: JSON.stringify({ truth, predictions } satisfies Instances) }
}

/** @param packed of `packDetail` */
export function unpackDetail({ instances, ...rest }: PackedDetail): ImageDetail {
  return { ...rest, ...(JSON.parse(instances) as Instances) }
}
