import { DrydockError } from '../../contract/errors.ts'
import type { Split } from '../../contract/wire.ts'
import { readText } from '../machinery/text-files.ts'
import type { Project } from '../machinery/project.ts'
import { splitCalled, setSplits } from './split.ts'

const IMAGE_COLUMNS = ['imageid', 'image', 'path', 'file', 'filename', 'file_name', 'name']
const SPLIT_COLUMNS = ['split', 'set', 'subset', 'fold']

/** What a file says of splits. */
interface SplitFile {
  /** by the image's name in the file */
  splits: Map<string, Split>
  /** lines that say nothing that is understood, from 1: the first few */
  broken: number[]
}

/**
 * Reads a CSV with a column for images and one for their split ("train", "val", "test" ...); others, such as masks, are passed over.
 * @throws DrydockError `file_broken` where there are no such columns
 */
export function readSplits(text: string): SplitFile {
  const lines = text.split(/\r?\n/)
  const header = cellsOf(lines[0] ?? '').map((cell) => cell.toLowerCase())
  const image = header.findIndex((name) => IMAGE_COLUMNS.includes(name))
  const side = header.findIndex((name) => SPLIT_COLUMNS.includes(name))
  if (image < 0 || side < 0) {
    throw new DrydockError(
      'file_broken',
      'This file has no column that names the split. It needs a first line with the names of its columns, one of them "ImageId" (or "image", "path", "file"), one "split".',
    )
  }
  const splits = new Map<string, Split>()
  const broken: number[] = []
  lines.slice(1).forEach((line, i) => {
    if (line.trim() === '') return
    const cells = cellsOf(line)
    const [name, split] = [cells[image] ?? '', splitCalled(cells[side] ?? '')]
    if (name === '' || split === null) broken.push(i + 2)
    else splits.set(name.replaceAll('\\', '/'), split)
  })
  return { splits, broken: broken.slice(0, 20) }
}

function cellsOf(line: string): string[] {
  return line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
}

/** What came of a file of splits. */
interface TakenSplits {
  images: number
  /** names that are no image here, the first few */
  unknown: string[]
  broken: number[]
}

/**
 * Puts images into the splits that a file names, their groups with them.
 * @throws DrydockError `file_broken`, `not_found`, `read_only`, and `bad_input` as `setSplit`; nothing is changed of the split that it concerns
 */
export async function takeSplits(project: Project, file: string): Promise<TakenSplits> {
  const { splits, broken } = readSplits(await readText(file))
  const named = new Map<Split, number[]>()
  const unknown: string[] = []
  for (const [name, split] of splits) {
    const id = project.store.images.byPath(name)
    if (id === null) unknown.push(name)
    else (named.get(split) ?? named.set(split, []).get(split)!).push(id)
  }
  for (const [split, ids] of named) await setSplits(project, ids, split, 'file')
  const images = [...named.values()].reduce((sum, ids) => sum + ids.length, 0)
  return { images, unknown: unknown.slice(0, 20), broken }
}
