import { createContext } from 'svelte'
import { csvRow } from '../../../src-main/core/csv.ts'

/** The values that a plot shows, by rows. */
export interface PlotTable {
  columns: readonly string[]
  rows: readonly (readonly (string | number | null)[])[]
}

/** A plot as it is taken away. */
export interface PlotFile {
  /** what it shows: the name of the file, without ending */
  name: string
  kind: 'png' | 'csv'
  bytes: Uint8Array<ArrayBuffer>
}

/** Who lets a person choose where a plot is written. */
export const [usePlotSaver, providePlotSaver] = createContext<(file: PlotFile) => void>()

/** The values as CSV with a head, numbers at full precision. */
export function csvOf({ columns, rows }: PlotTable): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode([columns, ...rows].map(csvRow).join(''))
}
