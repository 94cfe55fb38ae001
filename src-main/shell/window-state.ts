import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const rectangle = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1),
  height: z.number().int().min(1),
})
const windowState = z.object({ bounds: rectangle, maximised: z.boolean() })

/** In screen pixels, as the desktop counts them. */
export type Rectangle = z.infer<typeof rectangle>
export type WindowState = z.infer<typeof windowState>

/** The smallest window that the views are laid out for. */
export const MINIMUM_SIZE = { width: 1024, height: 700 }
const FIRST_SIZE = { width: 1440, height: 900 }

/** The remembered place of the window; null where there is none or it cannot be read. */
export function readWindowState(file: string): WindowState | null {
  try {
    return windowState.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** Remembers it; where that fails the next window stands where the first one did, which is no reason to disturb. */
export function writeWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(state))
    renameSync(`${file}.new`, file)
  } catch {
    return
  }
}

/**
 * Where to put a window: the remembered place if enough of it is on a screen that still exists, else the middle of the
 * first screen.
 * @param areas work areas of the screens, the main one first; none where nothing is shown
 */
export function placeWindow(remembered: WindowState | null, areas: readonly Rectangle[]): WindowState {
  const main = areas[0] ?? { x: 0, y: 0, ...FIRST_SIZE }
  if (remembered) {
    const { x, y, width, height } = remembered.bounds
    const visible = areas.some((area) => {
      const across = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
      const down = Math.min(y + height, area.y + area.height) - Math.max(y, area.y)
      return across >= 200 && down >= 100
    })
    if (visible) return remembered
  }
  const width = Math.min(FIRST_SIZE.width, main.width)
  const height = Math.min(FIRST_SIZE.height, main.height)
  const x = main.x + Math.floor((main.width - width) / 2)
  const y = main.y + Math.floor((main.height - height) / 2)
  return { bounds: { x, y, width, height }, maximised: false }
}
