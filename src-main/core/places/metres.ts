/** Metres as '84 m', '1.2 km', '0.35 m'. */
export function metresText(metres: number): string {
  if (metres >= 1000) return `${Number((metres / 1000).toPrecision(3))} km`
  return `${metres >= 10 ? Math.round(metres) : Number(metres.toPrecision(2))} m`
}
