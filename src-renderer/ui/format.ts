/** Numbers, times and counts as the window writes them. */

/** 0.664 -> '0.66'; null -> '–'. */
export function score(value: number | null): string {
  return value === null ? '–' : value.toFixed(2)
}

/** 0.664 -> '.66', 1 -> '1.0': for places too narrow for the leading zero. */
export function shortScore(value: number): string {
  const text = value.toFixed(2)
  return text === '1.00' ? '1.0' : text.replace(/^0/, '')
}

/** 1310 -> '1,310'. */
export function count(value: number): string {
  return value.toLocaleString('en')
}

/** 'ship' or 'ships' with its number. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Seconds as '0:18', '41:07' or '1:02:30'. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** Bytes as '3.8 MB'. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let size = value
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}

/** An ISO time as 'today, 14:02', 'yesterday', '12 November' or '3 May 2024'. */
export function day(iso: string, now = new Date()): string {
  const then = new Date(iso)
  const midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime()
  const days = Math.round((midnight(now) - midnight(then)) / 86_400_000)
  if (days === 0) return `today, ${clock(iso)}`
  if (days === 1) return 'yesterday'
  const year = then.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const }
  return then.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', ...year })
}

/** An ISO time as '14:02'. */
export function clock(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
}

/** How far a job has come: '12 of 60', '0:07 of 0:42', '120 of 1,000 steps'. */
export function progress(done: number, total: number, unit: string): string {
  if (unit === 'seconds') return `${duration(done)} of ${duration(total)}`
  const counts = `${count(Math.round(done))} of ${count(Math.round(total))}`
  return unit === 'images' ? counts : `${counts} ${unit}`
}
