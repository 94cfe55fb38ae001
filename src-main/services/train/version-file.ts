import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import { writeWhole } from '../../whole-file.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable } from '../machinery/project.ts'
import { readModelFolder } from '../predict/model-files.ts'
import { addModel, usableModel } from '../predict/models.ts'

/**
 * A version as one file: "DRYDOCKV", the length of what follows as uint32 (little endian), JSON with model.json and card.json (so its licence goes with
 * it), then weights.bin.
 */

const MAGIC = Buffer.from('DRYDOCKV')

/** JSON larger than this is no card. */
const LARGEST_HEAD = 64 * 1024 * 1024

/** as they are: the id follows from the text of model.json; both are checked when the folder is read */
const plain = z.record(z.string(), z.unknown())
const head = z.object({ format: z.literal('drydock-version-1'), id: z.string(), model: plain, card: plain })

/** Writes a version of the project into one file. @throws DrydockError `not_found`, `disk_full` */
export async function saveVersion(project: Project, id: string, out: string): Promise<void> {
  const { folder } = await usableModel(project, id)
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, name), 'utf8'))
  const [model, card] = [await read('model.json'), await read('card.json')]
  const json = Buffer.from(JSON.stringify({ format: 'drydock-version-1', id, model, card }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  async function* parts(): AsyncGenerator<Buffer> {
    yield Buffer.concat([MAGIC, length, json])
    for await (const chunk of createReadStream(join(folder, 'weights.bin'))) yield chunk as Buffer
  }
  await writeWhole(out, parts())
}

/**
 * Takes a version from a file into the project, checked.
 * @returns its id
 * @throws DrydockError `file_broken` (no such file, or changed since it was written), `model_incompatible`, `read_only`
 */
export async function addVersion(project: Project, file: string): Promise<string> {
  assertWritable(project)
  const folder = join(project.folder, 'models', `${randomUUID()}.part`)
  try {
    const wanted = await unpack(file, folder)
    const { id } = await readModelFolder(folder)
    if (id !== wanted) throw broken(file)
    return await addModel(project, folder, { kind: 'trained', copy: true, note: '' })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function unpack(file: string, folder: string): Promise<string> {
  const handle = await open(file).catch(() => null)
  if (!handle) throw broken(file)
  try {
    const start = Buffer.alloc(MAGIC.length + 4)
    await handle.read(start, 0, start.length, 0)
    const length = start.readUInt32LE(MAGIC.length)
    if (!start.subarray(0, MAGIC.length).equals(MAGIC) || length > LARGEST_HEAD) throw broken(file)
    const text = Buffer.alloc(Math.min(length, (await stat(file)).size))
    await handle.read(text, 0, text.length, start.length)
    const { id, model, card } = parsed(file, text.toString('utf8'))
    await writeWhole(join(folder, 'model.json'), JSON.stringify(model))
    await writeWhole(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`)
    await writeWhole(join(folder, 'weights.bin'), createReadStream(file, { start: start.length + length }))
    return id
  } finally {
    await handle.close()
  }
}

function parsed(file: string, text: string): z.infer<typeof head> {
  try {
    return head.parse(JSON.parse(text))
  } catch (error) {
    throw broken(file, error)
  }
}

function broken(file: string, cause?: unknown): DrydockError {
  return new DrydockError(
    'file_broken',
    `${basename(file)} is no version of Drydock, or was changed since it was saved. Save the version again where it came from.`,
    { file },
    cause,
  )
}
