import type { Attribute, GraphNode } from './graph-proto.ts'

/** TensorFlow's numbers of the two types. */
const [FLOAT, BFLOAT16] = [1, 14]

/** Which inputs of an operation are values, where all of it may be computed in bfloat16. */
const NARROW: Record<string, readonly number[]> = {
  Conv2D: [0, 1],
  Conv2DBackpropFilter: [0, 2],
  Conv2DBackpropInput: [1, 2],
}

/**
 * Operations that stay narrow where these inputs are: no cast between a convolution and what follows it. Of two narrow summands the sum is rounded as the
 * next convolution would round it, and repeating pixels rounds nothing.
 */
const FOLLOWS: Record<string, { values: readonly number[]; after: readonly number[] }> = {
  BiasAdd: { values: [0, 1], after: [0] },
  Relu: { values: [0], after: [0] },
  ReluGrad: { values: [0, 1], after: [1] },
  ResizeNearestNeighbor: { values: [0], after: [0] },
  Add: { values: [0, 1], after: [0, 1] },
}

/**
 * The same graph with its convolutions, their gradients, and what directly follows them in bfloat16. Everything else reads their results as float32:
 * weights, losses and sums stay what they were.
 */
export function inBfloat16(nodes: readonly GraphNode[]): GraphNode[] {
  const narrowed: GraphNode[] = []
  /** the narrow form of each value that has one */
  const narrow = new Map<string, string>()
  /** results of what is computed narrow, as opposed to values that are cast for it, such as weights */
  const computed = new Set<string>()
  const cast = (from: string, name: string, source: number, target: number): void => {
    narrowed.push({
      ...{ name, op: 'Cast', inputs: [from] },
      attributes: [
        ['SrcT', { kind: 'type', value: source }],
        ['DstT', { kind: 'type', value: target }],
        ['Truncate', { kind: 'bool', value: false }],
      ],
    })
  }
  const narrowOf = (input: string): string => {
    const known = narrow.get(input)
    if (known !== undefined) return known
    const name = `${input.replace(':', '_')}_b`
    cast(input, name, FLOAT, BFLOAT16)
    narrow.set(input, name)
    return name
  }
  for (const node of nodes) {
    const follows = FOLLOWS[node.op]
    const after = (follows?.after ?? []).every((i) => computed.has(node.inputs[i] ?? ''))
    const values = NARROW[node.op] ?? (after ? follows?.values : undefined)
    if (!values || !isFloat(node)) {
      narrowed.push(node)
      continue
    }
    const inputs = node.inputs.map((input, i) => (values.includes(i) ? narrowOf(input) : input))
    const name = `${node.name}_n`
    narrowed.push({ ...node, name, inputs, attributes: node.attributes.map(narrowType) })
    narrow.set(node.name, name)
    computed.add(node.name)
    cast(name, node.name, BFLOAT16, FLOAT)
  }
  return narrowed
}

function isFloat({ attributes }: GraphNode): boolean {
  return attributes.some(([name, { kind, value }]) => name === 'T' && kind === 'type' && value === FLOAT)
}

function narrowType([name, attribute]: [string, Attribute]): [string, Attribute] {
  return name === 'T' ? [name, { kind: 'type', value: BFLOAT16 }] : [name, attribute]
}
