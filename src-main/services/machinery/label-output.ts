import { open, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { AIRBUS_HEADER, airbusRows } from '../../formats/airbus.ts'
import { putInPlace } from '../../whole-file.ts'

/** A label file that grows image by image, under the name `<file>.part`. */
export interface GrowingLabels {
  /** @throws DrydockError `disk_full`: nothing more can be added, and what was added before is whole */
  add(image: string, masks: readonly Rle[]): Promise<void>
  /**
   * @param keep true: the file gets its name; false: what was there under this name stays as it was
   * @throws DrydockError `read_only`, `disk_full`: the images are in `<file>.part`, and the sentence says so
   */
  close(keep: boolean): Promise<void>
}

/** @throws DrydockError `bad_input` where a file to be written is a folder */
export async function assertNoFolder(file: string, ending = 'csv'): Promise<void> {
  const found = await stat(file).catch(() => null)
  if (!found?.isDirectory()) return
  throw new DrydockError(
    'bad_input',
    `${file} is a folder. Name a file in it, such as ${join(file, `labels.${ending}`)}.`,
    { file },
  )
}

/** Begins a label file that grows. @throws DrydockError `read_only`, `bad_input`, `disk_full` */
export async function openGrowing(file: string): Promise<GrowingLabels> {
  await assertNoFolder(file)
  const part = `${file}.part`
  const handle = await open(part, 'w').catch((cause: unknown) => {
    throw new DrydockError(
      'read_only',
      `${file} cannot be written: its folder is not there, or you may not write to it. Name another file.`,
      { file },
      cause,
    )
  })
  /** bytes of whole images; null where the file may end in the middle of one */
  let whole: number | null = 0
  const append = async (text: string): Promise<void> => {
    try {
      // unlike `write`, it goes on where the system takes only a part
      await handle.appendFile(text)
      whole = whole === null ? null : whole + Buffer.byteLength(text)
    } catch (cause) {
      const end = whole ?? 0
      whole = await handle.truncate(end).then(
        () => end,
        () => null,
      )
      throw new DrydockError(
        'disk_full',
        `${basename(file)} could not be written on: the disk is full, or the drive is gone. The images before are kept. Make room and start again.`,
        { file },
        cause,
      )
    }
  }
  const discard = async (): Promise<void> => {
    await handle.close()
    await rm(part, { force: true })
  }
  try {
    await append(AIRBUS_HEADER)
  } catch (error) {
    await discard()
    throw error
  }
  return {
    add: (image, masks) => append(airbusRows(image, masks)),
    async close(keep) {
      if (!keep) return discard()
      const flushed = await handle
        .sync()
        .finally(() => handle.close())
        .then(
          () => true,
          () => false,
        )
      if (whole === null || !flushed) {
        throw new DrydockError(
          'disk_full',
          `${basename(file)} was not written: the disk is full, or the drive is gone. What could be written is in ${part}; its last row may be cut.`,
          { file, part },
        )
      }
      await putInPlace(part, file).catch((cause: unknown) => {
        throw new DrydockError(
          'read_only',
          `${file} could not be replaced: another program has it open, or you may not write to it. What was predicted is in ${part}. Give that file another name before you start again.`,
          { file, part },
          cause,
        )
      })
    },
  }
}
