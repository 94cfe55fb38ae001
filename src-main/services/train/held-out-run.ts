import { randomUUID } from 'node:crypto'
import { pickColours } from '../../core/edit/colours.ts'
import { areaOf, boundsOf, formatRle } from '../../core/mask/rle.ts'
import type { Project } from '../machinery/project.ts'
import type { HeldOut } from './few-labels.ts'

/**
 * Keeps what the folds of a training found in the images that they left out, as a run of its own: of images that a version was trained on nothing else says
 * what a model that had not seen them thinks.
 * @param name of the version that came of the training @param model its id
 */
export async function addHeldOutRun(
  project: Project,
  { name, model, images }: { name: string; model: string; images: readonly HeldOut[] },
): Promise<void> {
  if (images.length === 0) return
  const { store, events } = project
  const at = new Date().toISOString()
  const run = await store.write(() =>
    store.runs.add({
      ...{ name: `${name}, out of fold`, kind: 'labels', model: null, settings: null, flips: false },
      ...{ createdAt: at, outOfFoldOf: model },
    }),
  )
  await store.inBatches(images, ({ content, instances }) => {
    for (const { id, height } of store.images.withContent(content)) {
      const colours = pickColours(instances.map(({ rle }) => boundsOf(rle, height)))
      store.runs.reach({ run, image: id, sha256: content, inference: null, doubt: null }, at)
      store.predictions.replace(
        run,
        id,
        instances.map(({ rle, score }, i) => ({
          ...{ id: randomUUID(), rle: formatRle(rle), area: areaOf(rle), score, cluster: -1 },
          ...{ decision: null, colour: colours[i]! },
        })),
      )
    }
  })
  events.emit({ type: 'runs' })
}
