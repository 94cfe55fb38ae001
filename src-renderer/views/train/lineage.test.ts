import { expect, test } from 'vitest'
import { versionOf } from './fake-version.ts'
import { lineage } from './lineage.ts'

test('versions stand from the newest, the current one and its ancestors in one line, others beside it', () => {
  const models = [
    versionOf('base'),
    versionOf('v1', { parent: 'base' }),
    versionOf('v2b', { parent: 'v1' }),
    versionOf('v2', { parent: 'v1', current: true }),
    versionOf('v3', { parent: 'v2' }),
  ]
  expect(lineage(models).map(({ model, lane, parent }) => [model.id, lane, parent])).toEqual([
    ['v3', 0, { row: 1, lane: 0 }],
    ['v2', 0, { row: 3, lane: 0 }],
    ['v2b', 1, { row: 3, lane: 0 }],
    ['v1', 0, { row: 4, lane: 0 }],
    ['base', 0, null],
  ])
})

test('a version whose parent is not kept has no line', () => {
  const models = [versionOf('base', { current: true }), versionOf('lost', { parent: 'gone' })]
  expect(lineage(models).map(({ lane, parent }) => [lane, parent])).toEqual([
    [1, null],
    [0, null],
  ])
})
