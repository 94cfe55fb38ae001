import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelCard, ModelFile } from '../contract/engine.ts'
import type { ClusterSettings } from '../contract/wire.ts'

export const TEST_CLUSTER: ClusterSettings = {
  foreground: 0.5,
  sigma: null,
  alpha: 2,
  minArea: 4,
  minScore: 0,
  separate: true,
  necks: false,
  rectangles: false,
}

const MODEL: ModelFile = {
  format: 'drydock-model-1',
  architecture: {
    family: 'fast-unet',
    levels: [4, 4],
    embedding: 2,
    offsetScale: 1,
    coordinates: 'pixel',
  },
  weights: [{ name: 'only', shape: [4] }],
  normalise: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  cluster: TEST_CLUSTER,
}

/** Writes a model folder that is whole, but holds four numbers in place of a network. @param first makes it another version */
export async function writeModel(folder: string, name: string, first = 1): Promise<void> {
  const card: ModelCard = {
    name,
    createdAt: '2026-01-01T00:00:00.000Z',
    parent: null,
    licence: 'MIT',
    credits: [],
    data: 'none',
    reproduce: 'none',
    settings: {},
    trainedOn: [],
    steps: 0,
    seconds: 0,
    validation: null,
    curve: [],
    limits: 'finds bright pixels',
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'model.json'), JSON.stringify(MODEL))
  await writeFile(join(folder, 'weights.bin'), new Uint8Array(new Float32Array([first, 2, 3, 4]).buffer))
  await writeFile(join(folder, 'card.json'), JSON.stringify(card))
}
