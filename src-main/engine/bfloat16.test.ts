import { describe, expect, it } from 'vitest'
import { BACKENDS, tf, use } from '../model/test-backends.ts'
import { inBfloat16 } from './bfloat16.ts'
import { bfloat16Suits } from './bfloat16-probe.ts'
import type { GraphNode } from './graph-proto.ts'

const T: GraphNode['attributes'][number] = ['T', { kind: 'type', value: 1 }]
const node = (name: string, op: string, ...inputs: string[]): GraphNode => ({
  name,
  op,
  inputs,
  attributes: [T],
})
const typeOf = ({ attributes }: GraphNode): unknown => attributes.find(([name]) => name === 'T')?.[1].value

describe('inBfloat16', () => {
  const graph = [
    node('x', 'Placeholder'),
    node('w', 'Placeholder'),
    node('b', 'Placeholder'),
    node('c', 'Conv2D', 'x', 'w'),
    node('d', 'BiasAdd', 'c', 'b'),
    node('r', 'Relu', 'd'),
    node('e', 'Conv2D', 'r', 'w'),
    node('s', 'Sum', 'e'),
    node('q', 'Relu', 's'),
    node('g', 'Conv2DBackpropFilter', 'r', 'sizes', 'e'),
    node('u', 'Add', 'w', 'g'),
    node('z', 'ResizeNearestNeighbor', 'd', 'sizes'),
    node('a', 'Add', 'r', 'z'),
    node('h', 'Conv2D', 'a', 'w'),
  ]
  const narrowed = inBfloat16(graph)
  const byName = new Map(narrowed.map((one) => [one.name, one]))

  it('narrows convolutions and what follows them, and leaves sums and updates in float32', () => {
    for (const name of ['c', 'd', 'r', 'e', 'g']) expect(typeOf(byName.get(`${name}_n`)!)).toBe(14)
    for (const name of ['s', 'q', 'u']) expect(typeOf(byName.get(name)!)).toBe(1)
    // the next convolution reads what the one before gave, without a cast between
    expect(byName.get('e_n')!.inputs).toEqual(['r_n', 'w_b'])
    expect(byName.get('g_n')!.inputs).toEqual(['r_n', 'sizes', 'e_n'])
    expect(byName.get('u')!.inputs).toEqual(['w', 'g'])
    expect(byName.get('g')!.op).toBe('Cast')
  })

  it('keeps what is between two convolutions narrow: pixels that are repeated, and a sum whose summands are both narrow', () => {
    for (const name of ['z', 'a', 'h']) expect(typeOf(byName.get(`${name}_n`)!)).toBe(14)
    expect(byName.get('a_n')!.inputs).toEqual(['r_n', 'z_n'])
    expect(byName.get('h_n')!.inputs).toEqual(['a_n', 'w_b'])
    // one summand is a weight: its update is not rounded
    expect(byName.get('u')!.op).toBe('Add')
  })

  it('casts each value once, before it is read', () => {
    expect(narrowed.filter(({ name }) => name === 'w_b')).toHaveLength(1)
    const order = narrowed.map(({ name }) => name)
    for (const { name, inputs } of narrowed) {
      for (const input of inputs) {
        if (input !== 'sizes') expect(order.indexOf(input)).toBeLessThan(order.indexOf(name))
      }
    }
  })
})

describe.skipIf(BACKENDS[0] !== 'tensorflow')('bfloat16Suits', () => {
  it('says yes or no without leaving a tensor behind', async () => {
    await use('tensorflow')
    const before = tf.memory().numTensors
    expect(typeof bfloat16Suits(tf)).toBe('boolean')
    expect(tf.memory().numTensors).toBe(before)
  })
})
