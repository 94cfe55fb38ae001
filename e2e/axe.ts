import AxeBuilder from '@axe-core/playwright'
import type { Drydock } from './harness.ts'

/** Looks at a view that has just come up: what is still fading in or being filled has another colour or no name for a moment. */
const LOOKS = 5

/** What of the window is looked at, and by which rules; left out: all of it, by all. */
interface Where {
  /** selects the part */
  within?: string | undefined
  rules?: readonly string[]
}

/** What axe finds on the window as it is, and still finds when it looks again, one line each. */
export async function complaints(drydock: Drydock, where: Where = {}): Promise<string[]> {
  let found = await look(drydock, where)
  for (let again = 1; again < LOOKS && found.length > 0; again++) found = await look(drydock, where)
  return found
}

/** The same in both themes. Only colours differ between them. @param within selects the part that is looked at; left out: all of it */
export async function complaintsInBothThemes(drydock: Drydock, within?: string): Promise<string[]> {
  const { page } = drydock
  const found: string[] = []
  for (const [colorScheme, rules] of [
    ['dark', {}],
    ['light', { rules: ['color-contrast'] }],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const one of await complaints(drydock, { within, ...rules })) found.push(`${colorScheme}: ${one}`)
  }
  return found
}

/** Legacy mode: the other one opens a page of its own. */
async function look({ page }: Drydock, { within, rules }: Where): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  if (within !== undefined) axe.include(within)
  if (rules) axe.withRules([...rules])
  const { violations } = await axe.analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}, ${target.join(' ')}: ${failureSummary ?? ''}`),
  )
}
