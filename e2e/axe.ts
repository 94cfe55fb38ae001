import AxeBuilder from '@axe-core/playwright'
import type { Drydock } from './harness.ts'

/** Looks at a view that has just come up: what is still fading in or being filled has another colour or no name for a moment. */
const LOOKS = 5

/** What axe finds on the window as it is, and still finds when it looks again, one line each. */
export async function complaints(drydock: Drydock): Promise<string[]> {
  let found = await look(drydock)
  for (let again = 1; again < LOOKS && found.length > 0; again++) found = await look(drydock)
  return found
}

/** Legacy mode: the other one opens a page of its own. */
async function look({ page }: Drydock): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}, ${target.join(' ')}: ${failureSummary ?? ''}`),
  )
}
