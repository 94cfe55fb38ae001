import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, open, readdir, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { DrydockError, fromWireError, isDiskFull, isNameTooLong, toWireError } from '../../contract/errors.ts'
import type { LabelFormatFace } from '../../contract/label-formats.ts'
import type { LabelSink } from '../../formats/format.ts'
import { writeLabelRaster } from '../../imaging/label-raster.ts'
import { putFolderInPlace, putInPlace } from '../../whole-file.ts'
import { assertNoFolder } from '../machinery/label-output.ts'

/** Text is written in pieces of this many characters. */
const PIECE = 1 << 20

/** Labels that are being written under a temporary name. */
interface OpenSink extends LabelSink {
  /** gives them their name */
  keep(): Promise<void>
  /** leaves nothing */
  discard(): Promise<void>
}

/** The name that labels are written under: the format's ending is added where no extension stands. */
export function outputName(out: string, { place, endings }: LabelFormatFace): string {
  return place === 'folder' || extname(out) !== '' ? out : `${out}.${endings[0]}`
}

/**
 * Writes labels of a format: one file, which replaces what is there only when it is whole, or a folder, which is new or empty.
 * @param write is called with the sink
 * @throws DrydockError `bad_input`, `disk_full`, and whatever `write` throws
 */
export async function writeWith(
  out: string,
  { place, endings }: LabelFormatFace,
  write: (sink: LabelSink) => Promise<void>,
): Promise<void> {
  const sink = place === 'file' ? await fileSink(out, endings[0]!) : await folderSink(out)
  try {
    await write(sink)
    await sink.keep()
  } catch (cause) {
    await sink.discard()
    throw unwritable(out, cause)
  }
}

function unwritable(out: string, cause: unknown): Error {
  const failed = cause instanceof Error && 'syscall' in cause
  if (cause instanceof Error && !failed && !isDiskFull(cause)) return cause
  if (isNameTooLong(cause)) return fromWireError(toWireError(cause))
  return new DrydockError(
    'disk_full',
    `${basename(out)} could not be written: the disk is full, the folder may not be written, or another program has the file open. Choose another place.`,
    {},
    cause,
  )
}

async function fileSink(out: string, ending: string): Promise<OpenSink> {
  await assertNoFolder(out, ending)
  // not made of the file's own name, which may be as long as the system takes
  const temporary = join(dirname(out), `.${randomUUID()}.part`)
  const handle = await open(temporary, 'w').catch((cause: unknown) => Promise.reject(unwritable(out, cause)))
  let isOpen = true
  let held: string[] = []
  let length = 0
  const flush = async (): Promise<void> => {
    const text = held.join('')
    held = []
    length = 0
    await handle.appendFile(text)
  }
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close()
    isOpen = false
  }
  return {
    async append(_, piece) {
      held.push(piece)
      length += piece.length
      if (length > PIECE) await flush()
    },
    raster: () => Promise.reject(new Error('a format of one file writes no pictures')),
    async keep() {
      await flush()
      await close()
      await putInPlace(temporary, out)
    },
    async discard() {
      await close()
      await rm(temporary, { force: true })
    },
  }
}

async function folderSink(chosen: string): Promise<OpenSink> {
  const out = resolve(chosen)
  const there = await readdir(out).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw new DrydockError(
      'bad_input',
      `${out} is a file; labels of this format are a folder. Name another one.`,
      {},
      cause,
    )
  })
  if (there !== null && there.length > 0) {
    throw new DrydockError('bad_input', `${out} is not empty. Name a new folder for the labels.`, {
      folder: out,
    })
  }
  const temporary = join(dirname(out), `.${randomUUID()}.part`)
  await mkdir(temporary, { recursive: true }).catch((cause: unknown) =>
    Promise.reject(unwritable(out, cause)),
  )
  const folders = new Set<string>()
  /** lower case, since many disks know no other */
  const taken = new Set<string>()
  const place = async (path: string): Promise<string> => {
    const parts = path.split(/[/\\]/)
    if (parts.some((part) => part === '' || part === '.' || part === '..' || /^[a-z]:/i.test(part))) {
      throw new DrydockError(
        'bad_input',
        `An image is named ${path}, which is no path below a folder. Rename it first.`,
      )
    }
    if (taken.has(path.toLowerCase())) {
      throw new DrydockError(
        'bad_input',
        `Two images would be written to ${path}: their names differ by ending or case alone. Rename one of them, or choose a format of one file.`,
      )
    }
    taken.add(path.toLowerCase())
    const folder = join(temporary, ...parts.slice(0, -1))
    if (!folders.has(folder)) await mkdir(folder, { recursive: true })
    folders.add(folder)
    return join(temporary, ...parts)
  }
  return {
    append: async (path, piece) => appendFile(await place(path), piece),
    raster: async (path, raster) => writeLabelRaster(await place(path), raster),
    async keep() {
      if (there !== null) await rmdir(out)
      await putFolderInPlace(temporary, out)
    },
    discard: () => rm(temporary, { recursive: true, force: true }),
  }
}
