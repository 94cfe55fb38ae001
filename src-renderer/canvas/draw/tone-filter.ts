import type { ByteTables, Tone } from '../tone.ts'
import { isPlainTone, tablesOf } from '../tone.ts'

const SVG = 'http://www.w3.org/2000/svg'

/**
 * Shows an element in other tones: a table for each channel, which the compositor applies (a shader where there is a GPU). What is drawn on
 * the element stays as it is, so that moving on costs no more, and values under the pointer are those of the data.
 */
export class ToneFilter {
  readonly #picture: SVGSVGElement
  readonly #channels: readonly SVGElement[]
  readonly #id: string

  /** @param host somewhere in the page */
  constructor(host: HTMLElement) {
    this.#id = `tone-${crypto.randomUUID()}`
    this.#picture = document.createElementNS(SVG, 'svg')
    this.#picture.setAttribute('width', '0')
    this.#picture.setAttribute('height', '0')
    this.#picture.setAttribute('aria-hidden', 'true')
    this.#picture.style.position = 'absolute'
    const filter = document.createElementNS(SVG, 'filter')
    filter.id = this.#id
    filter.setAttribute('color-interpolation-filters', 'sRGB')
    for (const [name, value] of Object.entries({ x: '0', y: '0', width: '1', height: '1' })) {
      filter.setAttribute(name, value)
    }
    const transfer = document.createElementNS(SVG, 'feComponentTransfer')
    this.#channels = (['feFuncR', 'feFuncG', 'feFuncB'] as const).map((name) => {
      const channel = document.createElementNS(SVG, name)
      channel.setAttribute('type', 'table')
      return channel
    })
    transfer.append(...this.#channels)
    filter.append(transfer)
    this.#picture.append(filter)
    host.append(this.#picture)
  }

  /** @param tried what its bytes become before anything else */
  show(element: HTMLElement, tone: Tone, tried: ByteTables | null): void {
    if (isPlainTone(tone) && !tried) {
      element.style.filter = ''
      return
    }
    tablesOf(tone, tried).forEach((table, i) => {
      const values = Array.from(table, (value) => value.toFixed(4)).join(' ')
      this.#channels[i]?.setAttribute('tableValues', values)
    })
    element.style.filter = `url(#${this.#id})`
  }

  close(): void {
    this.#picture.remove()
  }
}
