import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@tensorflow/tfjs'
import type { Compile, TensorFunction } from '../model/kernels.ts'
import { tidied } from '../model/kernels.ts'
import type { NativeAttribute, NativeBackend, NativeBinding, Tf } from '../model/tf.ts'
import { nativeBackend } from '../model/tf.ts'
import type { Attribute, GraphNode } from './graph-proto.ts'
import { savedModel } from './graph-proto.ts'
import { inBfloat16 } from './bfloat16.ts'

/**
 * Whole functions as graphs of libtensorflow. tfjs-node runs one operation after the other and holds every tensor in
 * between; a graph fuses operations, reuses memory and runs branches side by side. The addon can run a saved model, so
 * a function is run once as it is, while the operations that reach the addon are written down, gradients included;
 * what was written down is loaded as a saved model without variables.
 */

const TAG = 'serve'

/** Graphs that are kept loaded, the least recently used ones let go. */
const MOST_GRAPHS = 24

interface Graph {
  run(inputs: readonly Tensor[]): Tensor[]
  dispose(): void
}

/**
 * A {@link Compile} for the backend in use: graphs on libtensorflow's processor device. On a GPU and on other backends
 * functions run as they are (a graph's inputs and outputs would travel between GPU and memory at each run).
 * Writing a graph down takes as long as some runs, so where the first run may be plain, it is. Where no graph can be
 * made the function goes on as it is.
 * @param narrow whether functions that may be coarse are computed in bfloat16; asked when the first is made
 */
export function graphCompiler(tf: Tf, narrow: () => boolean = () => false): Compile {
  const native = nativeBackend(tf)
  if (!native || native.isUsingGpuDevice) return tidied(tf)
  /** null: seen once */
  const graphs = new Map<string, Graph | null>()
  return (key, first, f, { coarse = false } = {}) =>
    (inputs) => {
      const name = [key, ...inputs.map(({ shape, dtype }) => `${dtype} ${shape.join('x')}`)].join('|')
      const seen = graphs.has(name)
      let graph = graphs.get(name) ?? null
      // what is computed coarsely must be so from the first run on: a second one would differ in more than the last digits
      const isNarrow = !graph && coarse && narrow()
      if (!graph && (seen || isNarrow || first === 'same')) graph = graphFor(tf, native, f, inputs, isNarrow)
      graphs.delete(name)
      graphs.set(name, graph)
      for (const [oldest, unused] of [...graphs].slice(0, -MOST_GRAPHS)) {
        graphs.delete(oldest)
        unused?.dispose()
      }
      return graph ? graph.run(inputs) : tf.tidy(() => f(inputs))
    }
}

/** The graph of a function for inputs of these shapes; where none can be made, the function itself. */
function graphFor(
  tf: Tf,
  native: NativeBackend,
  f: TensorFunction,
  inputs: readonly Tensor[],
  narrow: boolean,
): Graph {
  try {
    return record(tf, native, f, inputs, narrow)
  } catch (error) {
    if (!(error instanceof NotAGraph)) throw error
    console.warn(`Goes on without a graph: ${error.message}`)
    return { run: (given) => tf.tidy(() => f(given)), dispose: () => undefined }
  }
}

/** The function cannot be written down, or what was written down cannot be loaded. */
class NotAGraph extends Error {}

/** Runs a function once while writing its operations down. @throws NotAGraph */
function record(
  tf: Tf,
  backend: NativeBackend,
  f: TensorFunction,
  inputs: readonly Tensor[],
  narrow: boolean,
): Graph {
  const native = backend.binding
  const recorder = new Recorder(native)
  const typeOf = (tensor: Tensor): number => backend.getDTypeInteger(tensor.dtype)
  const names = backend
    .getInputTensorIds(inputs)
    .map((id, i) => recorder.placeholder(id, typeOf(inputs[i]!), inputs[i]!.shape))
  backend.binding = recorder.binding()
  let outputs: Tensor[]
  try {
    outputs = tf.tidy(() => f(inputs))
  } finally {
    backend.binding = native
  }
  try {
    const ids = backend.getInputTensorIds(outputs)
    const ends = ids.map((id, i) => `${recorder.output(id, typeOf(outputs[i]!))}:0`)
    const id = loadGraph(native, narrow ? inBfloat16(recorder.nodes) : recorder.nodes)
    const infos = names.map((name) => ({ name: `${name}:0` }))
    return {
      run: (given) => backend.runSavedModel(id, given, infos, ends),
      dispose: () => native.deleteSavedModel(id),
    }
  } catch (error) {
    throw new NotAGraph(error instanceof Error ? error.message : String(error))
  } finally {
    tf.dispose(outputs)
  }
}

/** The addon reads saved models from the disk alone. */
function loadGraph(native: NativeBinding, nodes: readonly GraphNode[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-graph-'))
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModel(nodes, TAG))
    return native.loadSavedModel(folder, TAG)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Writes down what reaches the addon. */
class Recorder {
  readonly nodes: GraphNode[] = []
  readonly #native: NativeBinding
  /** by the addon's tensor ids: `node` or `node:output` */
  readonly #names = new Map<number, string>()
  /** set by an operation that cannot be written down */
  #fault: string | null = null

  constructor(native: NativeBinding) {
    this.#native = native
  }

  placeholder(id: number, type: number, shape: readonly number[]): string {
    return this.#add(
      'Placeholder',
      [],
      [
        ['dtype', { kind: 'type', value: type }],
        ['shape', { kind: 'shape', value: shape }],
      ],
      [id],
    )
  }

  /** @throws Error where something on the way to this tensor was not written down */
  output(id: number, type: number): string {
    if (this.#fault !== null) throw new Error(this.#fault)
    const name = this.#names.get(id)
    if (name === undefined) throw new Error('an output does not come from the function')
    return this.#add('Identity', [name], [['T', { kind: 'type', value: type }]], [])
  }

  /** The addon, listened to. */
  binding(): NativeBinding {
    const native = this.#native
    // The addon's object is frozen; what is not listened to goes through to it.
    return Object.create(native, {
      createTensor: {
        value: (...given: Parameters<NativeBinding['createTensor']>): number => {
          const [shape, type, values] = given
          const id = native.createTensor(...given)
          const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
          this.#add(
            'Const',
            [],
            [
              ['dtype', { kind: 'type', value: type }],
              ['value', { kind: 'tensor', value: { type, shape: [...shape], content } }],
            ],
            [id],
          )
          return id
        },
      },
      executeOp: {
        value: (...given: Parameters<NativeBinding['executeOp']>) => {
          const [op, attributes, inputs] = given
          const outputs = native.executeOp(...given)
          const names = inputs.map((id) => this.#names.get(id))
          if (names.includes(undefined))
            this.#fault ??= `${op} reads a tensor that is no input of the function`
          this.#add(
            op,
            names.map((name) => name ?? ''),
            attributes.map((attribute) => [attribute.name, this.#attribute(op, attribute)]),
            outputs.map(({ id }) => id),
          )
          return outputs
        },
      },
    }) as NativeBinding
  }

  #add(op: string, inputs: string[], attributes: GraphNode['attributes'], outputs: number[]): string {
    const name = `n${this.nodes.length}`
    this.nodes.push({ name, op, inputs, attributes })
    outputs.forEach((id, i) => this.#names.set(id, i === 0 ? name : `${name}:${i}`))
    return name
  }

  #attribute(op: string, { name, type, value }: NativeAttribute): Attribute {
    const native = this.#native
    if (type === native.TF_ATTR_TYPE && typeof value === 'number') return { kind: 'type', value }
    if (type === native.TF_ATTR_STRING && typeof value === 'string') return { kind: 'string', value }
    if (type === native.TF_ATTR_BOOL && typeof value === 'boolean') return { kind: 'bool', value }
    if (type === native.TF_ATTR_FLOAT && typeof value === 'number') return { kind: 'float', value }
    if (type === native.TF_ATTR_INT && typeof value === 'number') return { kind: 'int', value }
    if (type === native.TF_ATTR_INT && Array.isArray(value)) return { kind: 'ints', value: value.map(Number) }
    this.#fault ??= `the attribute ${name} of ${op} is of a kind that is not written down`
    return { kind: 'bool', value: false }
  }
}
