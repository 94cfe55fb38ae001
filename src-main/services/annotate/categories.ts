import { DrydockError } from '../../contract/errors.ts'
import type { CategoryWish, ProjectCategory } from '../../contract/wire.ts'
import { categoryNamed, newKey, openCategories } from '../../core/categories.ts'
import { COLOURS } from '../../core/edit/colours.ts'
import type { Store } from '../../store/store.ts'
import { tellList } from '../images/rows.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, currentRun } from '../machinery/project.ts'
import { refreshScores } from '../score/score.ts'

/** What the project's instances can be, in the order in which they came. */
export function listCategories({ store }: Project): ProjectCategory[] {
  return store.categories.all()
}

/** @throws DrydockError `bad_input` where the name is taken, `read_only` */
export async function addCategory(
  project: Project,
  { name, counts }: { name: string; counts: boolean },
): Promise<ProjectCategory> {
  assertWritable(project)
  const key = await project.store.write(() => {
    refuseTaken(project.store.categories.all(), name, null)
    return made(project.store, name, counts)
  })
  project.events.emit({ type: 'categories' })
  return existing(listCategories(project), key)
}

/**
 * Calls a category otherwise, or lets others count. What is scored follows in a job.
 * @throws DrydockError `bad_input` where the name is taken, or no category would count any more; `not_found`, `read_only`
 */
export async function changeCategory(
  project: Project,
  {
    key,
    name,
    colour,
    counts,
  }: Pick<ProjectCategory, 'key'> & {
    name?: string | undefined
    colour?: number | undefined
    counts?: boolean | undefined
  },
): Promise<ProjectCategory[]> {
  assertWritable(project)
  const { categories } = project.store
  await changing(project, () => {
    const all = categories.all()
    const before = existing(all, key)
    if (name !== undefined) refuseTaken(all, name, key)
    const others = openCategories(all).filter((one) => one.key !== key)
    if (counts === false && before.counts) refuseNone(others)
    if (name !== undefined) categories.setName(key, name)
    if (colour !== undefined) categories.setColour(key, colour)
    if (counts !== undefined) categories.setCounts(key, counts)
  })
  return listCategories(project)
}

/**
 * Makes one category of two: marks of `key` are those of `into` from now on. Nothing is written at the marks, so that their history, and undo in it, stays as it is.
 * @throws DrydockError `bad_input` for the same category twice, or where no category would count any more; `not_found`, `read_only`
 */
export async function mergeCategory(
  project: Project,
  { key, into }: { key: string; into: string },
): Promise<ProjectCategory[]> {
  assertWritable(project)
  const { categories } = project.store
  await changing(project, () => {
    const open = openCategories(categories.all())
    existing(open, key)
    existing(open, into)
    if (key === into) throw new DrydockError('bad_input', 'A category cannot be merged into itself.')
    refuseNone(open.filter((one) => one.key !== key))
    categories.merge(key, into)
  })
  return listCategories(project)
}

/**
 * The keys that the categories of a label file become, inside a transaction; those that are not there are made.
 * @returns by the file's name
 */
export function keysFor(store: Store, wishes: readonly CategoryWish[]): Map<string, string> {
  return new Map(
    wishes.map(({ from, to, counts }) => {
      const known = categoryNamed(store.categories.all(), to)
      return [from, known?.key ?? made(store, to.trim(), counts)]
    }),
  )
}

/** @returns the new category's key */
function made(store: Store, name: string, counts: boolean): string {
  const all = store.categories.all()
  const key = newKey(all, name)
  const used = new Set(openCategories(all).map(({ colour }) => colour))
  const free = Array.from({ length: COLOURS }, (_, i) => i).find((colour) => !used.has(colour))
  store.categories.add({ key, name, colour: free ?? all.length % COLOURS, counts })
  return key
}

/** Changes categories; where others count afterwards, everyone is told and what is scored is counted anew. */
async function changing(project: Project, work: () => void): Promise<void> {
  const { categories } = project.store
  const [before, after] = await project.store.write(() => {
    const epoch = categories.epoch()
    work()
    return [epoch, categories.epoch()]
  })
  project.events.emit({ type: 'categories' })
  if (before === after) return
  tellList(project)
  project.events.emit({ type: 'score' })
  // the job tells how it ends
  if (currentRun(project) !== null) void refreshScores(project).catch(() => undefined)
}

function existing(categories: readonly ProjectCategory[], key: string): ProjectCategory {
  const found = categories.find((one) => one.key === key)
  if (found) return found
  throw new DrydockError('not_found', 'This category is not there any more.')
}

function refuseTaken(categories: readonly ProjectCategory[], name: string, but: string | null): void {
  const taken = openCategories(categories).find(
    (one) => one.key !== but && one.name.toLowerCase() === name.toLowerCase(),
  )
  if (!taken) return
  throw new DrydockError(
    'bad_input',
    `There is a category "${taken.name}" already. Merge both, or choose another name.`,
  )
}

function refuseNone(others: readonly ProjectCategory[]): void {
  if (others.some(({ counts }) => counts)) return
  throw new DrydockError(
    'bad_input',
    'One category must count as object: else nothing could be trained on or scored. Let another one count first.',
  )
}
