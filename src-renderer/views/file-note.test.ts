import { render } from 'svelte/server'
import { expect, it } from 'vitest'
import type { ImageRow } from '../../src-main/contract/wire.ts'
import { FakeBackend } from '../state/fake-backend.ts'
import FileNote from './FileNote.svelte'

const row = new FakeBackend([1]).row(1)

function shown(part: Partial<ImageRow>): string {
  return render(FileNote, { props: { row: { ...row, ...part } } }).body.replace(/<!--.*?-->/g, '')
}

it('says over the canvas that the file has changed, and nothing of files that are as they were or cannot be shown', () => {
  const note = 'The picture was changed outside Drydock.'
  expect(shown({ fileState: 'changed', fileNote: note })).toContain(note)
  expect(shown({})).toBe('')
  expect(shown({ fileState: 'missing', fileNote: 'It is gone.' })).toBe('')
})
