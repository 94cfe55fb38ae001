import { DrydockError } from '../../contract/errors.ts'
import { agreeAnywhere, cropNameOf, isOneScene, pairsToCompare } from '../../core/similar/crop-names.ts'
import type { CropName, GreyCrop } from '../../core/similar/crop-names.ts'
import { groupsOf } from '../../core/similar/groups.ts'
import { greyOf, lookOf } from '../../core/similar/look.ts'
import type { Look } from '../../core/similar/look.ts'
import { decodeImage } from '../../imaging/decode.ts'
import { georeferenceFor } from '../../imaging/georeference.ts'
import { withPixels } from '../../imaging/open.ts'
import type { Georeference } from '../../contract/wire.ts'
import type { TrainSource } from './train-plan.ts'

type Ungrouped = Omit<TrainSource, 'group'>

/** The group of each image of a folder: those that are of one scene have the same. @param found by path, with '/' */
export async function groupFolder(
  found: ReadonlyMap<string, Ungrouped>,
  signal?: AbortSignal,
): Promise<Map<string, TrainSource>> {
  const paths = [...found.keys()]
  const looked: (Looked | null)[] = []
  for (const source of found.values()) {
    signal?.throwIfAborted()
    looked.push(await lookAt(source))
  }
  const scenes = await scenesOf([...found])
  const groups = groupsOf(
    [...found].map(([path, { content, width, height }], id) => ({
      ...{ id, sha256: content, width, height, byHand: null },
      ...{ look: looked[id]?.look ?? null, georeference: looked[id]?.georeference ?? null },
      scene: scenes.get(path) ?? null,
    })),
  )
  return new Map(paths.map((path, id) => [path, { ...found.get(path)!, group: groups.get(id)!.group }]))
}

interface Looked {
  look: Look
  georeference: Georeference | null
}

/** null: it cannot be read, and is left out where it is needed */
async function lookAt({ file, mapping }: Ungrouped): Promise<Looked | null> {
  try {
    const look = lookOf(await decodeImage(file, { mapping }))
    return { look, georeference: await withPixels(file, (source) => georeferenceFor(source)) }
  } catch (error) {
    if (error instanceof DrydockError) return null
    throw error
  }
}

interface Crop extends CropName {
  path: string
  source: Ungrouped
  width: number
  height: number
}

/** The scene of each crop whose name says one that its pixels bear out, by path. */
async function scenesOf(found: readonly (readonly [string, Ungrouped])[]): Promise<Map<string, string>> {
  const crops = found.flatMap(([path, source]): Crop[] => {
    const name = cropNameOf(path)
    return name ? [{ ...name, path, source, width: source.width, height: source.height }] : []
  })
  const scenes = new Map<string, string>()
  for (const [scene, members] of Map.groupBy(crops, (crop) => crop.scene)) {
    const answers: (boolean | null)[] = []
    for (const { first, second, offsets } of pairsToCompare(members)) {
      const [a, b] = [await greyOfFile(members[first]!), await greyOfFile(members[second]!)]
      answers.push(a && b && agreeAnywhere(a, b, offsets))
    }
    if (isOneScene(answers)) for (const { path } of members) scenes.set(path, scene)
  }
  return scenes
}

async function greyOfFile({ source: { file, mapping } }: Crop): Promise<GreyCrop | null> {
  try {
    const image = await decodeImage(file, { mapping })
    return { width: image.width, height: image.height, grey: greyOf(image) }
  } catch (error) {
    if (error instanceof DrydockError) return null
    throw error
  }
}
