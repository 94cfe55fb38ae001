import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Architecture } from '../contract/engine.ts'
import type { Model } from './files.ts'
import { readModel, writeModel } from './files.ts'
import { freshWeights, weightSpecs } from './network.ts'

const SMALL: Architecture = {
  family: 'fast-unet',
  levels: [4, 6],
  embedding: 2,
  offsetScale: 5,
  coordinates: 'pixel',
}

function model(architecture: Architecture): Model {
  return {
    file: {
      format: 'drydock-model-1',
      architecture,
      weights: weightSpecs(architecture).map(({ name, shape }) => ({ name, shape })),
      normalise: { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
      cluster: {
        foreground: 0.5,
        sigma: null,
        alpha: 2,
        minArea: 8,
        minScore: 0.6,
        separate: true,
        necks: false,
        rectangles: false,
      },
    },
    weights: freshWeights(architecture, 1),
  }
}

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-model-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

describe('model files', () => {
  it('come back as they were, with nothing temporary left', async () => {
    const written = model(SMALL)
    await writeModel(folder, written)
    expect(await readModel(folder)).toEqual(written)
    expect((await readdir(folder)).sort()).toEqual(['model.json', 'weights.bin'])
  })

  it('of another shape are refused with a sentence', async () => {
    await writeModel(folder, model({ ...SMALL, levels: [4, 8] }))
    const other = model(SMALL)
    await writeFile(join(folder, 'model.json'), JSON.stringify(other.file))
    await expect(readModel(folder)).rejects.toMatchObject({
      code: 'model_incompatible',
      message: expect.stringContaining('choose another model version') as string,
    })
    const wrongList = { ...other.file, weights: other.file.weights.slice(1) }
    await writeFile(join(folder, 'model.json'), JSON.stringify(wrongList))
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'model_incompatible' })
  })

  it('with values that are no numbers are refused', async () => {
    const written = model(SMALL)
    written.weights[7] = NaN
    await writeModel(folder, written)
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'model_incompatible' })
  })

  it('that are missing, broken or from a later format are refused', async () => {
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'file_broken' })
    await writeModel(folder, model(SMALL))
    await writeFile(join(folder, 'model.json'), '{"format":')
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'file_broken' })
    const later = { ...model(SMALL).file, format: 'drydock-model-2' }
    await writeFile(join(folder, 'model.json'), JSON.stringify(later))
    await expect(readModel(folder)).rejects.toMatchObject({ code: 'model_incompatible' })
  })
})
