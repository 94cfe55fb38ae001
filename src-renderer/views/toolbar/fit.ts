/** What of the tool bar stands in its one row; the rest is in its menu. */
export interface Fit<T extends string> {
  tools: readonly T[]
  spilled: readonly T[]
  /** outline and overlap have buttons of their own */
  menus: boolean
  /** controls bear words beside their signs, sizes a slider beside the number */
  words: boolean
  /** the tool's next step; where there is no room for it, it lies on the picture */
  hint: boolean
}

export interface Fitted<T extends string> {
  /** width of the bar */
  room: number
  offered: readonly T[]
  current: T
  /** the ones that have a control for size or reach: its place is kept for them, so that nothing moves when one is taken */
  optioned: readonly T[]
  /** whether anything can be changed: without that there is no undo, no outline and no overlap */
  edits: boolean
}

/** Widths in CSS px, gaps included. */
export const WIDTHS = {
  sides: 16,
  /** one button */
  button: 30,
  divider: 17,
  /** a size with its unit and the tip, or a reach, with the divider before it */
  options: 116,
  /** the overlap with its value */
  overlap: 68,
  /** what words and slider add */
  words: 178,
  /** the shortest place in which the hints of all tools can be read, on two lines */
  hint: 170,
} as const

/**
 * Shares the room out. First words go, then the hint, then outline and overlap, then tools from the last one on; the tool in hand
 * stays. A wider bar never shows less.
 */
export function fit<T extends string>({ room, offered, current, optioned, edits }: Fitted<T>): Fit<T> {
  const { sides, button, divider, options, overlap, words, hint } = WIDTHS
  const kept = offered.some((tool) => optioned.includes(tool)) ? options : 0
  // the eye at the end, undo and redo
  const always = sides + button + (edits ? divider + 2 * button : 0) + kept
  const menus = edits ? divider + button + overlap : 0
  const all = always + offered.length * button + menus
  if (room >= all) {
    return {
      ...{ tools: offered, spilled: [], menus: edits },
      words: room >= all + hint + words,
      hint: room >= all + hint,
    }
  }
  const places = Math.floor((room - always - (edits ? button : 0)) / button)
  if (places >= offered.length) {
    return { tools: offered, spilled: [], menus: false, words: false, hint: false }
  }
  // without outline and overlap the menu is there for tools alone
  const few = Math.max(1, edits ? places : places - 1)
  const first = offered.slice(0, few)
  const tools = first.includes(current) ? first : [...offered.slice(0, few - 1), current]
  return {
    ...{ tools, spilled: offered.filter((tool) => !tools.includes(tool)) },
    ...{ menus: false, words: false, hint: false },
  }
}
