import type { MovedImages } from '../../contract/wire.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, storedImage } from '../machinery/project.ts'
import { noteContent } from './content.ts'
import { openMoves } from './moves.ts'
import type { Move } from './moves.ts'
import { tellList, tellManyRows } from './rows.ts'

/** So many are named in the question. */
const NAMED = 5

/**
 * After a look at the folder: an image whose file is missing goes on as the file of the same content that came, marks and all.
 * Where it cannot be told which became which, and something is marked, a person is asked, once for all.
 * @param added images that came with this look
 * @returns how many were followed
 */
export async function followMoved(project: Project, added: readonly number[]): Promise<number> {
  const { store } = project
  if (added.length === 0) return 0
  const { certain, unsure } = await project.reads.run('images.movesAfter', { added })
  const followed = await follow(project, certain)
  if (unsure.length > 0) {
    await store.write(() => store.meta.set('moved', JSON.stringify([...openMoves(store), ...unsure])))
    project.events.emit({ type: 'moved', images: (await movedImages(project)).images })
  }
  return followed
}

/** What a person is to be asked: how many images seem to have moved, and some of them. */
export async function movedImages(project: Project): Promise<MovedImages> {
  const moves = await project.reads.run('images.movesToAsk', null)
  return {
    images: moves.length,
    some: moves.slice(0, NAMED).map(({ image, to }) => ({ from: image.path, to: to.path })),
  }
}

/**
 * The answer to the question: each image goes on as one of the files that it may have become, by their order, or all stay as they
 * are. It is not asked again.
 * @returns how many were followed
 */
export async function answerMoved(project: Project, yes: boolean): Promise<number> {
  assertWritable(project)
  const moves = yes ? await project.reads.run('images.movesToAsk', null) : []
  const followed = await follow(project, moves)
  await project.store.write(() => project.store.meta.set('moved', null))
  // other windows ask no more
  project.events.emit({ type: 'moved', images: 0 })
  return followed
}

/** Each move in a transaction of its own batch; one that is not true any more is left out. */
async function follow(project: Project, moves: readonly Move[]): Promise<number> {
  const { store } = project
  const followed: number[] = []
  await store.inBatches(moves, ({ image, to }) => {
    const missing = store.images.get(image.id)
    const found = store.moves.unmarked(image.sha256).find(({ id }) => id === to.id)
    if (missing?.fileState !== 'missing' || missing.sha256 !== image.sha256 || !found) return
    const { size, mtime, sha256, width, height } = storedImage(project, to.id)
    if (sha256 === null || width === null || height === null) return
    store.moves.takePlace(image.id, to)
    const content = { sha256, width, height }
    noteContent(project, { image: image.id, file: { size, mtime }, content, failure: null })
    followed.push(image.id)
  })
  if (followed.length > 0) {
    await tellManyRows(project, followed)
    tellList(project)
  }
  return followed.length
}
