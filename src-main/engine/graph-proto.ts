/**
 * Just enough of TensorFlow's protocol buffers to write a graph down: tensorflow/core/protobuf/saved_model.proto and
 * tensorflow/core/framework/{graph,node_def,attr_value,tensor}.proto.
 */

/** An attribute of a node, by the kind that attr_value.proto gives it. */
export type Attribute =
  | { kind: 'string'; value: string }
  | { kind: 'int'; value: number }
  | { kind: 'ints'; value: readonly number[] }
  | { kind: 'float'; value: number }
  | { kind: 'bool'; value: boolean }
  | { kind: 'type'; value: number }
  | { kind: 'shape'; value: readonly number[] }
  | { kind: 'tensor'; value: { type: number; shape: readonly number[]; content: Uint8Array } }

export interface GraphNode {
  name: string
  op: string
  /** `node` or `node:output` */
  inputs: string[]
  attributes: [name: string, value: Attribute][]
}

/** GraphDef version of TensorFlow 2.9, which the oldest library that the addon works with reads. */
const PRODUCER = 1087

const LENGTH_DELIMITED = 2
const VARINT = 0
const FIXED32 = 5

/** A message under construction. */
class Message {
  readonly #parts: Uint8Array[] = []
  #size = 0

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, LENGTH_DELIMITED).#varint(value.length).#raw(value)
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.finish())
  }

  int(field: number, value: number): this {
    return this.#tag(field, VARINT).#varint(value)
  }

  float(field: number, value: number): this {
    const four = new Uint8Array(4)
    new DataView(four.buffer).setFloat32(0, value, true)
    return this.#tag(field, FIXED32).#raw(four)
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#size)
    let at = 0
    for (const part of this.#parts) {
      out.set(part, at)
      at += part.length
    }
    return out
  }

  #raw(part: Uint8Array): this {
    this.#parts.push(part)
    this.#size += part.length
    return this
  }

  #tag(field: number, wire: number): this {
    return this.#varint(field * 8 + wire)
  }

  /** Negative numbers as 64-bit two's complement, as int64 fields want them. */
  #varint(value: number): this {
    let rest = BigInt.asUintN(64, BigInt(value))
    const bytes: number[] = []
    do {
      const low = Number(rest & 0x7fn)
      rest >>= 7n
      bytes.push(rest > 0n ? low | 0x80 : low)
    } while (rest > 0n)
    return this.#raw(Uint8Array.from(bytes))
  }
}

function shapeMessage(shape: readonly number[]): Message {
  const message = new Message()
  for (const size of shape) message.message(2, new Message().int(1, size))
  return message
}

function attributeMessage(attribute: Attribute): Message {
  const message = new Message()
  switch (attribute.kind) {
    case 'string':
      return message.text(2, attribute.value)
    case 'int':
      return message.int(3, attribute.value)
    case 'ints': {
      const list = new Message()
      for (const value of attribute.value) list.int(3, value)
      return message.message(1, list)
    }
    case 'float':
      return message.float(4, attribute.value)
    case 'bool':
      return message.int(5, attribute.value ? 1 : 0)
    case 'type':
      return message.int(6, attribute.value)
    case 'shape':
      return message.message(7, shapeMessage(attribute.value))
    case 'tensor': {
      const { type, shape, content } = attribute.value
      return message.message(8, new Message().int(1, type).message(2, shapeMessage(shape)).bytes(4, content))
    }
  }
}

function nodeMessage({ name, op, inputs, attributes }: GraphNode): Message {
  const message = new Message().text(1, name).text(2, op)
  for (const input of inputs) message.text(3, input)
  for (const [key, value] of attributes) {
    message.message(5, new Message().text(1, key).message(2, attributeMessage(value)))
  }
  return message
}

/** The bytes of saved_model.pb: one graph without variables, under one tag. */
export function savedModel(nodes: readonly GraphNode[], tag: string): Uint8Array {
  const graph = new Message()
  for (const node of nodes) graph.message(1, nodeMessage(node))
  graph.message(4, new Message().int(1, PRODUCER))
  const meta = new Message().message(1, new Message().text(4, tag)).message(2, graph)
  return new Message().int(1, 1).message(2, meta).finish()
}
