import type { Size } from '../../core/mask/rle.ts'
import type { Notes } from '../../formats/format.ts'

/** A mask of a label file that lies in its image. */
export interface ReadMask extends Notes {
  rle: string
  area: number
  colour: number
  /** null: the file has none */
  category: string | null
  /** null: the file has none */
  score: number | null
}

/** The labels of one image of the project. */
export interface ReadImage {
  id: number
  path: string
  size: Size
  /** [] = the file says: no ship, where it has no area to ignore either */
  masks: ReadMask[]
  /** areas where nobody can tell, as run-length text */
  ignored: string[]
}
