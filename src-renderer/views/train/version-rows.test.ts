import { expect, test } from 'vitest'
import type { ModelVersion } from '../../../src-main/contract/wire.ts'
import { cardOf } from '../../state/card.ts'
import { differing, versionRows } from './version-rows.ts'

const version = (id: string, more: Partial<ModelVersion> = {}): ModelVersion => ({
  ...{ id, name: id, parent: null, createdAt: '', kind: 'trained', current: false, previous: false },
  ...{
    parameters: 1,
    bytes: 1,
    trainedImages: 3,
    validationF2: null,
    note: '',
    paired: null,
    heldOut: null,
    remark: '',
  },
  ...more,
})

test('of two versions those rows differ whose settings do', () => {
  const models = [version('a'), version('b', { parent: 'a' })]
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
  expect(rows.find(({ name }) => name === 'From')?.values).toEqual({ a: 'scratch', b: 'a' })
  expect(differing(rows, ['a', 'b'])).toEqual(['From', 'Learning rate'])
  expect(differing(rows, ['a'])).toEqual([])
  // a card of another form shows what is there
  expect(cardOf({ settings: 3, curve: [{ step: 1, f2: null }, 'x'] })).toMatchObject({
    settings: {},
    curve: [{ step: 1, f2: null }],
  })
})
