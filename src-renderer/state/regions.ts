/** Regions of the window (elements with `data-region`), visited with F6. */

const FOCUSABLE = 'button:enabled, input:enabled, select:enabled, textarea:enabled, [tabindex="0"]'

/** Moves the focus to the first control of the next (1) or previous (-1) region, round and round. */
export function focusRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (region) => region.offsetParent !== null,
  )
  const at = regions.findIndex((region) => region.contains(document.activeElement))
  for (let i = 1; i <= regions.length; i++) {
    const from = at < 0 && step < 0 ? 0 : at
    const region = regions[(from + step * i + regions.length * 2) % regions.length]
    const target = region && entryOf(region)
    if (target) return target.focus()
  }
}

function entryOf(region: HTMLElement): HTMLElement | null {
  const marked = region.querySelector<HTMLElement>('[data-entry]')
  return marked ?? region.querySelector<HTMLElement>(FOCUSABLE)
}
