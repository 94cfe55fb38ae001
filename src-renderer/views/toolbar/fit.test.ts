import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TOOL_NAMES, TOOLS, type ToolEntry, type ToolName } from '../../canvas/index.ts'
import { fit, WIDTHS, type Fit } from './fit.ts'

const entry = (name: ToolName): ToolEntry => TOOLS[name]
const optioned = TOOL_NAMES.filter((name) => entry(name).sized === true || entry(name).reaches === true)
const LOOKS = TOOL_NAMES.filter((name) => entry(name).looks)
const share = (room: number, current: ToolName = 'select', edits = true): Fit<ToolName> =>
  fit({ room, offered: edits ? TOOL_NAMES : LOOKS, current, optioned, edits })

/** What stands in the row, in px: an account of its own. */
function widthOf({ tools, spilled, menus, words, hint }: Fit<ToolName>, edits: boolean): number {
  const { sides, button, divider, options, overlap } = WIDTHS
  const more = spilled.length > 0 || (edits && !menus)
  const buttons = tools.length + 1 + (edits ? 2 : 0) + (more ? 1 : 0) + (menus ? 1 : 0)
  const dividers = (edits ? 1 : 0) + (menus ? 1 : 0)
  const rest = (menus ? overlap : 0) + (words ? WIDTHS.words : 0) + (hint ? WIDTHS.hint : 0)
  return sides + buttons * button + dividers * divider + options + rest
}

describe('the one row of the tool bar', () => {
  it('holds what it shows, with the tool in hand, and loses nothing', () => {
    const rooms = fc.integer({ min: 320, max: 4000 })
    fc.assert(
      fc.property(rooms, fc.constantFrom(...TOOL_NAMES), fc.boolean(), (room, wanted, edits) => {
        const current = edits ? wanted : 'select'
        const shown = share(room, current, edits)
        expect(widthOf(shown, edits)).toBeLessThanOrEqual(room)
        expect(shown.tools).toContain(current)
        expect([...shown.tools, ...shown.spilled].sort()).toEqual([...(edits ? TOOL_NAMES : LOOKS)].sort())
      }),
    )
  })

  it('shows never less in a wider window', () => {
    const worth = ({ tools, menus, words, hint }: Fit<ToolName>) =>
      tools.length * 8 + (menus ? 4 : 0) + (hint ? 2 : 0) + (words ? 1 : 0)
    const worths = Array.from({ length: 1200 }, (_, i) => worth(share(300 + i)))
    expect(worths).toEqual(worths.toSorted((a, b) => a - b))
  })

  it('lets words go first, then the hint, then outline and overlap, then the last tools', () => {
    expect(share(2000)).toMatchObject({ menus: true, words: true, hint: true, spilled: [] })
    expect(share(1000)).toMatchObject({ menus: true, words: false, hint: true, spilled: [] })
    expect(share(800)).toMatchObject({ menus: true, words: false, hint: false, spilled: [] })
    expect(share(640)).toMatchObject({ menus: false, words: false, hint: false, spilled: [] })
    expect(share(500).spilled).toEqual(TOOL_NAMES.slice(-5))
    expect(share(500, 'ruler').tools.at(-1)).toBe('ruler')
  })

  it('has no menu where a view only looks', () => {
    expect(share(400, 'select', false)).toEqual({
      ...{ tools: LOOKS, spilled: [], menus: false, words: false, hint: false },
    })
  })
})
