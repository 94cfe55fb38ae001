import type { Page } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What the benches of the window share. */

/** An X server without a screen, so that the window is an ordinary one; null where there is none to start. */
export async function openDisplay(): Promise<{ name: string; server: ChildProcess } | null> {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/Xvfb')) return null
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await new Promise<string>((resolve) =>
    server.stdio[3]!.once('data', (data: Buffer) => resolve(data.toString().trim())),
  )
  return { name: `:${number}`, server }
}

/** A row of the table: median, 95th of a hundred, most, and whether that is as fast as it must be. */
export function rowOf(what: string, times: readonly number[], must: number, figure: 'max' | 'p95'): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
  const reached = figure === 'max' ? at(1) : at(0.95)
  if (!(reached <= must)) process.exitCode = 1
  const cells = [at(0.5), at(0.95), at(1)].map((ms) => `${ms.toFixed(1)} ms`)
  return `| ${what} | ${cells.join(' | ')} | ${figure} ${must} ms | ${reached <= must ? 'yes' : 'NO'} |`
}

/** A key that leads to another image, from its press until the picture of that and its marks are on the screen, as the page sees it. @returns ms */
export async function toNextImage(page: Page, key: string): Promise<number> {
  return page.evaluate(async (pressed) => {
    const canvas = document.querySelector('[data-testid="canvas"]')!
    const before = canvas.getAttribute('aria-label')
    const there = (what: string) => canvas.getAttribute(`data-${what}`) === 'true'
    const from = performance.now()
    window.dispatchEvent(
      new KeyboardEvent('keydown', { key: pressed, code: `Key${pressed.toUpperCase()}`, bubbles: true }),
    )
    for (;;) {
      await new Promise((next) => requestAnimationFrame(next))
      if (canvas.getAttribute('aria-label') !== before && there('ready') && there('pictured')) break
      if (performance.now() - from > 20_000) throw new Error('the next image did not come')
    }
    return performance.now() - from
  }, key)
}
