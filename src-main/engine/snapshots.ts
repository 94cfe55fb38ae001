import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelFile } from '../contract/engine.ts'
import { snapshotFolder, SNAPSHOTS } from '../contract/engine.ts'
import { writeModel } from '../model/files.ts'

/** More are thinned out: every second goes, but for the first and the last. */
const MOST = 40

/** Keeps the weights of one validation as a model that can be run. */
export async function keepSnapshot(
  outFolder: string,
  step: number,
  model: { file: ModelFile; weights: Float32Array },
): Promise<void> {
  await writeModel(snapshotFolder(outFolder, step), model)
  const steps = await snapshotSteps(outFolder)
  if (steps.length <= MOST) return
  for (const [i, old] of steps.slice(0, -1).entries()) {
    if (i % 2 === 1) await rm(snapshotFolder(outFolder, old), { recursive: true, force: true })
  }
}

/** A training that begins anew has none. */
export async function removeSnapshots(outFolder: string): Promise<void> {
  await rm(join(outFolder, SNAPSHOTS), { recursive: true, force: true })
}

async function snapshotSteps(outFolder: string): Promise<number[]> {
  const names = await readdir(join(outFolder, SNAPSHOTS)).catch(() => [])
  return names
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b)
}
