import { z } from 'zod'
import type { MissingImage } from '../../store/moves.ts'
import type { Store } from '../../store/store.ts'

/** A file that came, of an image that nobody has marked. */
interface Came {
  id: number
  path: string
}

/** An image whose file is missing, and the one whose file has the same content. */
export interface Move {
  image: MissingImage
  to: Came
}

/** The images that a person is still to be asked about: which files each may have become, by ids. */
const open = z.array(z.object({ image: z.number(), to: z.array(z.number()) }))

export type OpenMoves = z.infer<typeof open>

/** What is stored of the images that a person is to be asked about. */
export function openMoves({ meta }: Store): OpenMoves {
  return open.parse(JSON.parse(meta.get('moved') ?? '[]'))
}

/**
 * Which images whose file is missing became which of the files that came: certain, or to be asked about. Takes long where many are missing: for a
 * reader thread.
 * @param added images that came with the last look at the folder
 */
export function movesAfter(
  { moves: stored }: Store,
  added: readonly number[],
): { certain: Move[]; unsure: OpenMoves } {
  const came = new Set(added)
  const certain: Move[] = []
  const unsure: OpenMoves = []
  for (const [sha256, missing] of byContent(stored.missing())) {
    const files = stored.unmarked(sha256).filter(({ id }) => came.has(id))
    const { moves, rest, left } = sameNames(missing, files)
    certain.push(...moves)
    const anyMarked = rest.some(({ marked }) => marked)
    if (left.length === 0) continue
    if ((rest.length === 1 && left.length === 1) || !anyMarked) certain.push(...inOrder(rest, left))
    else for (const { id } of rest) unsure.push({ image: id, to: left.map((file) => file.id) })
  }
  return { certain, unsure }
}

/** The moves that a person is to be asked about, as far as they may still be true. For a reader thread. */
export function movesToAsk(store: Store): Move[] {
  const asked = new Map(openMoves(store).map(({ image, to }) => [image, new Set(to)]))
  if (asked.size === 0) return []
  const moves: Move[] = []
  for (const [sha256, all] of byContent(store.moves.missing())) {
    const missing = all.filter(({ id }) => asked.has(id))
    if (missing.length === 0) continue
    const files = store.moves.unmarked(sha256)
    moves.push(
      ...inOrder(
        missing,
        files.filter(({ id }) => missing.some((one) => asked.get(one.id)?.has(id))),
      ),
    )
  }
  return moves
}

function byContent(missing: readonly MissingImage[]): Map<string, MissingImage[]> {
  const groups = new Map<string, MissingImage[]>()
  for (const image of missing) {
    const group = groups.get(image.sha256)
    if (group) group.push(image)
    else groups.set(image.sha256, [image])
  }
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
