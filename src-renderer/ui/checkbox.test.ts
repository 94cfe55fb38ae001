import { render } from 'svelte/server'
import { expect, it } from 'vitest'
import Checkbox from './Checkbox.svelte'

function shown(props: { checked: boolean; disabled?: boolean }): string {
  const rest = { label: 'Look four times (flips)', hint: 'four times slower', onchange: () => undefined }
  return render(Checkbox, { props: { ...rest, ...props } }).body.replace(/<!--.*?-->/g, '')
}

it('is a checkbox named by its label and described by its hint', () => {
  const html = shown({ checked: true })
  const [, id] = /<input[^>]*type="checkbox"[^>]*aria-describedby="([^"]+)"/.exec(html)!
  expect(html).toMatch(new RegExp(`<p[^>]*id="${id}"[^>]*>four times slower</p>`))
  expect(html).toMatch(
    /<label[^>]*>\s*<input[^>]* checked[^>]*>\s*<span[^>]*>Look four times \(flips\)<\/span>/,
  )
  expect(html).not.toContain('disabled')
  expect(shown({ checked: false, disabled: true })).toMatch(/<input[^>]* disabled/)
  expect(shown({ checked: false })).not.toMatch(/ checked/)
})
