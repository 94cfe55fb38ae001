import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { modelFile } from '../contract/engine.ts'
import type { ModelFile } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import { writeWhole } from '../whole-file.ts'
import { parameterCount, weightSpecs } from './network.ts'

/** A model version in memory: what model.json says and the weights of weights.bin. */
export interface Model {
  file: ModelFile
  /** [N] in the order of model.json's weights */
  weights: Float32Array
}

/**
 * Reads model.json and weights.bin.
 * @throws DrydockError file_broken, model_incompatible
 */
export async function readModel(folder: string): Promise<Model> {
  const path = join(folder, 'model.json')
  const file = parseModelFile(await read(path), path)
  const bytes = await read(join(folder, 'weights.bin'))
  const expected = 4 * parameterCount(file.architecture)
  if (bytes.length !== expected) {
    throw incompatible(
      folder,
      `weights.bin holds ${bytes.length} bytes where the architecture needs ${expected}`,
    )
  }
  const weights = floatsOf(bytes)
  if (!weights.every(Number.isFinite)) {
    throw incompatible(folder, 'weights.bin holds values that are not finite numbers')
  }
  return { file, weights }
}

function parseModelFile(bytes: Uint8Array, path: string): ModelFile {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw new DrydockError(
      'file_broken',
      `${path} is no JSON. Choose another model version.`,
      { path },
      error,
    )
  }
  const parsed = modelFile.safeParse(json)
  if (!parsed.success) {
    const where = parsed.error.issues[0]
    throw incompatible(dirname(path), `model.json: ${where?.path.join('.') ?? ''} ${where?.message ?? ''}`)
  }
  const specs = weightSpecs(parsed.data.architecture)
  const given = parsed.data.weights
  specs.forEach((spec, i) => {
    const found = given[i]
    if (found?.name !== spec.name || found.shape.join() !== spec.shape.join()) {
      const told = found ? `${found.name} [${found.shape.join(', ')}]` : 'nothing'
      throw incompatible(
        dirname(path),
        `model.json lists ${told} where the architecture has ${spec.name} [${spec.shape.join(', ')}]`,
      )
    }
  })
  if (given.length !== specs.length) {
    throw incompatible(dirname(path), `model.json lists ${given.length} weights instead of ${specs.length}`)
  }
  return parsed.data
}

function incompatible(folder: string, why: string): DrydockError {
  return new DrydockError(
    'model_incompatible',
    `The model in ${folder} does not fit its architecture (${why}). Nothing was changed; choose another model version.`,
    { folder, why },
  )
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new DrydockError(
      'file_broken',
      `${path} cannot be read. Choose another model version.`,
      { path },
      error,
    )
  }
}

/** Writes model.json and weights.bin, each under a temporary name first; model.json, without which nothing loads, last. */
export async function writeModel(folder: string, { file, weights }: Model): Promise<void> {
  await writeWhole(join(folder, 'weights.bin'), weightBytes(weights))
  await writeWhole(join(folder, 'model.json'), `${JSON.stringify(file, null, 2)}\n`)
}

/** Little-endian float32 bytes as numbers; copies, since the bytes may lie unaligned. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const copy = bytes.slice()
  return new Float32Array(copy.buffer, copy.byteOffset, copy.byteLength / 4)
}

export function weightBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
