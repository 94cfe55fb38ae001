import { resolve } from 'node:path'
import { z } from 'zod'

/** What the command line of the application asks for. */
export const switches = z.object({
  /** open the sample project */
  openSample: z.boolean(),
  /** absolute path of a project or of a folder of images to open, or null */
  open: z.string().nullable(),
})
export type Switches = z.infer<typeof switches>

export const NOTHING_TO_OPEN: Switches = { openSample: false, open: null }

/**
 * Reads `--open-sample` and `--open <path>` (also `--open=<path>`); everything else is Electron's or Chromium's.
 * @param words the command line, as it was given
 * @param cwd what relative paths are relative to
 */
export function readSwitches(words: readonly string[], cwd: string): Switches {
  const joined = words.find((word) => word.startsWith('--open='))?.slice('--open='.length)
  const at = words.indexOf('--open')
  const open = joined ?? (at < 0 ? undefined : words[at + 1])
  return { openSample: words.includes('--open-sample'), open: open ? resolve(cwd, open) : null }
}
