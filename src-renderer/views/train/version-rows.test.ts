import { expect, test } from 'vitest'
import { cardOf } from '../../state/card.ts'
import { versionOf } from './fake-version.ts'
import { differing, versionRows, versionTable } from './version-rows.ts'

test('of two versions those rows differ whose settings do', () => {
  const models = [versionOf('a'), versionOf('b', { parent: 'a' })]
  const card = (learningRate: number) =>
    cardOf({
      settings: { learningRate, batch: 8, patience: null },
      steps: 100,
      data: 'd',
      licence: 'MIT',
      curve: 'none',
    })
  const rows = versionRows(models, { a: card(0.001), b: card(0.002) })
  expect(rows.find(({ name }) => name === 'Patience, validations')?.values).toEqual({ a: 'none', b: 'none' })
  // a card from before there was a choice
  expect(rows.find(({ name }) => name === 'Loss counts alike each')?.values).toEqual({
    a: 'pixel',
    b: 'pixel',
  })
  expect(rows.find(({ name }) => name === 'From')?.values).toEqual({ a: 'scratch', b: 'a' })
  expect(differing(rows, ['a', 'b'])).toEqual(['From', 'Learning rate'])
  expect(differing(rows, ['a'])).toEqual([])
  // taken away it has a line for each
  const { columns, rows: lines } = versionTable(models, rows)
  expect(lines.map((line) => line[columns.indexOf('Learning rate')])).toEqual(['0.001', '0.002'])
  expect(lines.map((line) => line[columns.indexOf('Version')])).toEqual(['a', 'b'])
  for (const line of lines) expect(line).toHaveLength(columns.length)
  // weights that no step made better
  const kept = versionRows(models, { a: cardOf({ bestStep: 0 }), b: cardOf({ bestStep: 40 }) })
  expect(kept.find(({ name }) => name === 'Weights of step')?.values).toEqual({
    a: '0: those of its parent',
    b: '40',
  })
  // a card of another form shows what is there
  expect(cardOf({ settings: 3, curve: [{ step: 1, f2: null }, 'x'] })).toMatchObject({
    settings: {},
    curve: [{ step: 1, f2: null }],
  })
})
