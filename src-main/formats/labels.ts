import type { Rle, Size } from '../core/mask/rle.ts'

/** One instance as a label file has it. */
export interface LabelledInstance {
  rle: Rle
  /** 1-based line (or record) in the file */
  line: number
}

/** A part of a label file that cannot be used; the rest can. */
export interface BrokenRow {
  /** 1-based */
  line: number
  /** as far as it could be read */
  image: string | null
  /** what is wrong, without a full stop: 'has 3 numbers, which are no start and length pairs' */
  reason: string
}

/** What a label file says, whatever its format. */
export interface Labels {
  /** by the image's name in the file, in order of first appearance; [] = the file says: no ship */
  images: Map<string, LabelledInstance[]>
  /** rows with content, broken ones included */
  rows: number
  /** by line */
  broken: BrokenRow[]
}

/** One format of label files: one object a format, one file in this folder. */
export interface LabelFormat {
  /** 'Airbus CSV' */
  name: string
  /** without a dot, lower case */
  extensions: readonly string[]
  /**
   * Reads a whole file; broken rows are listed, never thrown.
   * @param size where given, masks that reach beyond it are broken
   * @throws DrydockError `file_broken` where it is no file of this format at all
   */
  read(bytes: Uint8Array, size?: Size): Labels
  /** The file's text in pieces, an image without masks as 'no ship'. */
  write(images: Iterable<readonly [image: string, masks: readonly Rle[]]>): Iterable<string>
}
