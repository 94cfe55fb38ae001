import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { modelCard, modelFile } from '../../contract/engine.ts'
import type { ModelCard, ModelFile } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'

/** What a model folder holds. */
export interface ModelFolder {
  /** SHA-256 over the canonical model.json (keys sorted, no spaces) and weights.bin, 64 hexadecimal digits */
  id: string
  model: ModelFile
  card: ModelCard
  /** numbers in weights.bin */
  parameters: number
  /** of weights.bin */
  bytes: number
}

/**
 * Reads and checks a model folder: model.json, weights.bin, card.json.
 * @throws DrydockError `not_found` (no such folder), `file_broken`, `model_incompatible` (weights of another size)
 */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const weightsFile = join(folder, 'weights.bin')
  const weights = await stat(weightsFile).catch(() => null)
  const modelText = await readFile(join(folder, 'model.json'), 'utf8').catch(() => null)
  if (modelText === null || !weights) {
    throw new DrydockError(
      'not_found',
      `${basename(folder)} is no model: a model is a folder with model.json, weights.bin and card.json.`,
      { folder },
    )
  }
  const model = parsed(folder, 'model.json', modelText, modelFile.safeParse.bind(modelFile))
  const card = await readModelCard(folder)
  const parameters = model.weights.reduce(
    (sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1),
    0,
  )
  if (weights.size !== parameters * 4) {
    throw new DrydockError(
      'model_incompatible',
      `The weights of ${basename(folder)} have another size than its model.json says (${weights.size} bytes in place of ${parameters * 4}), so it cannot be used. Take a whole copy of the model.`,
      { folder },
    )
  }
  const hash = createHash('sha256').update(canonicalJson(JSON.parse(modelText)))
  await pipeline(createReadStream(weightsFile), hash)
  return { id: hash.digest('hex'), model, card, parameters, bytes: weights.size }
}

/** model.json of a folder, checked. @throws DrydockError `file_broken`; and as reading a file does */
export async function readModelFile(folder: string): Promise<ModelFile> {
  const text = await readFile(join(folder, 'model.json'), 'utf8')
  return parsed(folder, 'model.json', text, modelFile.safeParse.bind(modelFile))
}

/** JSON with sorted keys and no spaces, so that equal values are equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`
}

function parsed<T>(
  folder: string,
  name: string,
  text: string,
  check: (value: unknown) => { success: true; data: T } | { success: false; error: { message: string } },
): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  const result = check(value)
  if (result.success) return result.data
  throw new DrydockError(
    'file_broken',
    `${name} of the model ${basename(folder)} cannot be read, so the model cannot be used. Take a whole copy of it.`,
    { folder, detail: result.error.message },
  )
}

/** card.json of a model's folder. @throws DrydockError `file_broken`, also where there is none */
export async function readModelCard(folder: string): Promise<ModelCard> {
  const text = await readFile(join(folder, 'card.json'), 'utf8').catch(() => 'null')
  return parsed(folder, 'card.json', text, modelCard.safeParse.bind(modelCard))
}

/** SHA-256 of the images that the version in a folder and its ancestors were trained on, as its card says; none without a card. */
export async function trainedOnIn(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'card.json'), 'utf8').catch(() => 'null')
  return modelCard.safeParse(JSON.parse(text)).data?.trainedOn ?? []
}
