import AxeBuilder from '@axe-core/playwright'
import type { Drydock } from './harness.ts'

/** What axe finds on the window as it is, one line each. Legacy mode: the other one opens a page of its own. */
export async function complaints({ page }: Drydock): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}, ${target.join(' ')}: ${failureSummary ?? ''}`),
  )
}
