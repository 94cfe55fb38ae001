import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EditPlan } from '../../contract/wire.ts'
import { areaOf, formatRle } from '../../core/mask/rle.ts'
import type { Corner } from '../../core/mask/shapes.ts'
import { polygonMask } from '../../core/mask/shapes.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import { applyGesture } from './annotate.ts'
import { chooseLabelForm, labelForms } from './label-form.ts'

const SIZE = { width: 300, height: 200 }
let bench: Bench & { project: Project }
let project: Project
beforeAll(async () => {
  const image = { ...SIZE, ships: [] }
  bench = await openBench({ 'a.png': image, 'b.png': image })
  project = bench.project
})
afterAll(() => bench.end())

const BOX: Corner[] = [{ x: -20, y: -6 }, { x: 20, y: -6 }, { x: 20, y: 6 }, { x: -20, y: 6 }] // prettier-ignore
const HULL: Corner[] = [{ x: -20, y: -4 }, { x: 0, y: -6 }, { x: 20, y: 0 }, { x: 0, y: 6 }, { x: -20, y: 4 }] // prettier-ignore

/** Marks six ships, turned this way and that, and says that these are all. */
async function mark(name: string, outline: readonly Corner[]): Promise<void> {
  const image = idOf(project, name)
  const instances = Array.from({ length: 6 }, (_, i): EditPlan['instances'][number] => {
    const [cos, sin] = [Math.cos(0.4 * i), Math.sin(0.4 * i)]
    const rle = polygonMask(
      outline.map(({ x, y }) => ({ x: 30 + 45 * i + x * cos - y * sin, y: 100 + x * sin + y * cos })),
      SIZE,
    )
    expect(areaOf(rle)).toBeGreaterThan(200)
    const after = { origin: 'drawn' as const, edited: false, colour: 0 }
    return { instance: randomUUID(), before: null, after, added: formatRle(rle), removed: '' }
  })
  await applyGesture(project, {
    ...{ image, gestureId: randomUUID(), expectedRevision: storedImage(project, image).revision },
    plan: { kind: 'polygon', instances, decisions: [], flag: null, status: { from: 'to do', to: 'done' } },
  })
}

test('labels of finished images say what the smart box gives, and a person has the last word', async () => {
  expect(await labelForms(project)).toEqual({ chosen: null, labels: null })
  await mark('a.png', BOX)
  expect(await labelForms(project)).toEqual({ chosen: null, labels: 'rectangle' })
  const told: string[] = []
  const stop = project.events.listen(({ type }) => told.push(type))
  await chooseLabelForm(project, 'outline')
  stop()
  expect(told).toEqual(['label-form'])
  expect(await labelForms(project)).toEqual({ chosen: 'outline', labels: 'rectangle' })
  await chooseLabelForm(project, null)
  // of two kinds most are none
  await mark('b.png', HULL)
  expect(await labelForms(project)).toEqual({ chosen: null, labels: 'outline' })
})
