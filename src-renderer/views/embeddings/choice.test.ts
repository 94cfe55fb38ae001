import { render } from 'svelte/server'
import { describe, expect, it } from 'vitest'
import type { RunChoice } from '../../../src-main/contract/wire.ts'
import { figuresOf } from './choice.ts'
import Choice from './RunChoice.svelte'

const measured = {
  ...{ f2: 0.7, f2WithShips: 0.2, emptyImages: 40, emptyClean: 39 },
  ...{ ships: 55, found: 17 },
}
const choice: RunChoice = {
  minScore: 0.3,
  rectangles: false,
  necks: false,
  positions: [
    { name: 'clean', minScore: 0.6, validation: { ...measured, emptyClean: 40, found: 12 } },
    { name: 'balanced', minScore: 0.3, validation: measured },
    { name: null, minScore: 0, validation: null },
  ],
}

/** The component as the server renders it, tags and comments left out. */
function shown(props: { choice: RunChoice; disabled?: boolean }): { html: string; text: string } {
  const { body } = render(Choice, { props: { disabled: false, onchoose: async () => undefined, ...props } })
  return { html: body, text: body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ') }
}

describe('the choice between clean images and more ships', () => {
  it('shows the position of the run, its ends and what it gave', () => {
    const { html, text } = shown({ choice })
    expect(html).toMatch(/<input[^>]*type="range"[^>]*max="2"[^>]*value="1"/)
    expect(html).toContain('aria-valuetext="balanced score from 0.30"')
    expect(html).toContain('aria-label="From cleaner empty images to more ships found"')
    expect(text).toContain('Cleaner empty images More ships found')
    expect(text).toContain('Empty images clean 39 of 40 (98 %)')
    expect(text).toContain('Ships found 17 of 55 (31 %)')
    expect(html).not.toContain('disabled')
  })

  it('shows no figures where there are none', () => {
    const { text } = shown({ choice: { ...choice, minScore: 0 } })
    expect(text).toContain('Not measured on validation images')
    expect(text).not.toContain('Ships found')
    expect(text).toContain('Score from 0.00')
  })

  it('cannot be moved in a project that cannot be written, or where there is one position', () => {
    expect(shown({ choice, disabled: true }).html).toMatch(/<input[^>]* disabled/)
    const one = { minScore: 0.3, rectangles: false, necks: false, positions: choice.positions.slice(1, 2) }
    expect(shown({ choice: one }).html).toMatch(/<input[^>]* disabled/)
  })

  it('says where there was nothing to count', () => {
    const validation = { ...measured, emptyImages: 0, emptyClean: 0 }
    expect(figuresOf({ name: 'clean', minScore: 0.5, validation })[0]!.value).toBe('there were none')
  })
})
