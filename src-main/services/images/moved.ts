import { z } from 'zod'
import type { MovedImages } from '../../contract/wire.ts'
import type { MissingImage } from '../../store/moves.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, storedImage } from '../machinery/project.ts'
import { noteContent } from './content.ts'
import { tellList, tellRows } from './rows.ts'

/** A file that came, of an image that nobody has marked. */
interface Came {
  id: number
  path: string
}

/** An image whose file is missing, and the one whose file has the same content. */
interface Move {
  image: MissingImage
  to: Came
}

/** The images that a person is still to be asked about: which files each may have become, by ids. */
const open = z.array(z.object({ image: z.number(), to: z.array(z.number()) }))

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
  const came = new Set(added)
  const certain: Move[] = []
  const unsure: z.infer<typeof open> = []
  for (const [sha256, missing] of byContent(store.moves.missing())) {
    const files = store.moves.unmarked(sha256).filter(({ id }) => came.has(id))
    const { moves, rest, left } = sameNames(missing, files)
    certain.push(...moves)
    const anyMarked = rest.some(({ marked }) => marked)
    if (left.length === 0) continue
    if ((rest.length === 1 && left.length === 1) || !anyMarked) certain.push(...inOrder(rest, left))
    else for (const { id } of rest) unsure.push({ image: id, to: left.map((file) => file.id) })
  }
  const followed = await follow(project, certain)
  if (unsure.length > 0) {
    const before = openMoves(project)
    await store.write(() => store.meta.set('moved', JSON.stringify([...before, ...unsure])))
    project.events.emit({ type: 'moved', images: movedImages(project).images })
  }
  return followed
}

/** What a person is to be asked: how many images seem to have moved, and some of them. */
export function movedImages(project: Project): MovedImages {
  const moves = movesToAsk(project)
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
  const moves = yes ? movesToAsk(project) : []
  const followed = await follow(project, moves)
  await project.store.write(() => project.store.meta.set('moved', null))
  // other windows ask no more
  project.events.emit({ type: 'moved', images: 0 })
  return followed
}

function movesToAsk(project: Project): Move[] {
  const asked = new Map(openMoves(project).map(({ image, to }) => [image, new Set(to)]))
  if (asked.size === 0) return []
  const moves: Move[] = []
  for (const [sha256, all] of byContent(project.store.moves.missing())) {
    const missing = all.filter(({ id }) => asked.has(id))
    if (missing.length === 0) continue
    const files = project.store.moves.unmarked(sha256)
    moves.push(
      ...inOrder(
        missing,
        files.filter(({ id }) => missing.some((one) => asked.get(one.id)?.has(id))),
      ),
    )
  }
  return moves
}

function openMoves(project: Project): z.infer<typeof open> {
  return open.parse(JSON.parse(project.store.meta.get('moved') ?? '[]'))
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
    tellRows(project, followed)
    tellList(project)
  }
  return followed.length
}

function byContent(missing: readonly MissingImage[]): Map<string, MissingImage[]> {
  const groups = new Map<string, MissingImage[]>()
  for (const image of missing) groups.set(image.sha256, [...(groups.get(image.sha256) ?? []), image])
  return groups
}

/** Those whose name in their folder is found once on either side: a folder with copies in it was moved. */
function sameNames(missing: readonly MissingImage[], files: readonly Came[]) {
  const moves: Move[] = []
  for (const image of missing) {
    const named = files.filter((file) => nameOf(file.path) === nameOf(image.path))
    const alone = missing.filter(({ path }) => nameOf(path) === nameOf(image.path)).length === 1
    if (alone && named.length === 1) moves.push({ image, to: named[0]! })
  }
  const rest = missing.filter((image) => !moves.some((move) => move.image === image))
  const left = files.filter((file) => !moves.some(({ to }) => to === file))
  return { moves, rest, left }
}

function inOrder(missing: readonly MissingImage[], files: readonly Came[]): Move[] {
  const marked = [...missing].sort((a, b) => Number(b.marked) - Number(a.marked))
  return marked.slice(0, files.length).map((image, i) => ({ image, to: files[i]! }))
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
