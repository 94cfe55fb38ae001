import type { CurvePoint } from '../../src-main/contract/wire.ts'

/** Both sets of points by step, each point once, the newer one where both have it: fetched and live ones overlap. */
export function joinCurves(older: readonly CurvePoint[], newer: readonly CurvePoint[]): CurvePoint[] {
  const known = new Map([...older, ...newer].map((point) => [`${point.kind} ${point.step}`, point]))
  return [...known.values()].sort((a, b) => a.step - b.step)
}
