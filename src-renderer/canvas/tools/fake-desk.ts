import type { EditPlan } from '../../../src-main/contract/wire.ts'
import type { EditState } from '../../../src-main/core/edit/edit.ts'
import { imagePoint } from '../../../src-main/core/geometry/points.ts'
import * as m from '../../../src-main/core/mask/rle.ts'
import type { InstanceRef } from '../instance-ref.ts'
import { CameraControl } from '../camera-control.ts'
import { Shown } from '../shown.ts'
import type { Target } from '../target.ts'
import { Workbench } from '../workbench.ts'
import type { ToolName } from './registry.ts'
import type { Held } from './tool.ts'
import { NOTHING_HELD } from './tool.ts'

export const SIZE = { width: 100, height: 80 }
export const box = (x: number, y: number, width: number, height: number) =>
  m.fromPredicate(SIZE, () => true, { x, y, width, height })

const IDS = ['a', 'b', 'c', 'd'].map((c) => `${c.repeat(8)}-0000-4000-8000-000000000000`)
export const [A, B, P, Q] = IDS as [string, string, string, string]

/** Two truth instances, one prediction on its own, one that overlaps A. */
function state(): EditState {
  const truth = { origin: 'imported' as const, edited: false }
  return {
    ...SIZE,
    status: 'to do',
    flag: { flagged: false, comment: '' },
    truth: [
      { ...truth, id: A, rle: box(10, 10, 20, 10), colour: 0 },
      { ...truth, id: B, rle: box(40, 10, 10, 10), colour: 1 },
    ],
    predictions: [
      { id: P, rle: box(70, 50, 10, 10), colour: 2, decision: null },
      { id: Q, rle: box(12, 8, 10, 8), colour: 3, decision: null },
    ],
  }
}

/** A workbench with a tool in hand over the image of `state`, at no more than what a person does with a pointer. */
export function setUp(tool: ToolName) {
  const shown = new Shown()
  const camera = new CameraControl(() => undefined)
  camera.setView({ width: 800, height: 600 })
  camera.setImage('workbench', SIZE)
  shown.clear(SIZE)
  shown.setContent(state())
  const plans: EditPlan[] = []
  const targets: Target[] = []
  const refusals: string[] = []
  const notes: string[] = []
  const selected: InstanceRef[][] = []
  const tools: ToolName[] = []
  const picks: (m.Rle | null)[] = []
  const reached: number[] = []
  const bench = new Workbench(
    shown,
    camera,
    {
      onPlan: (plan, target) => {
        plans.push(plan)
        targets.push(target)
      },
      onRefusal: (sentence) => refusals.push(sentence),
      onNote: (sentence) => notes.push(sentence),
      onSelect: (selection) => selected.push([...selection]),
      onTool: (name) => tools.push(name),
      onPick: (pixels) => picks.push(pixels),
      onReach: (notches) => reached.push(notches),
    },
    () => undefined,
  )
  bench.setTool(tool)
  const down = (x: number, y: number, held: Partial<Held> = {}) =>
    bench.send({ type: 'down', at: imagePoint(x, y), ...NOTHING_HELD, ...held })
  const move = (x: number, y: number, held: Partial<Held> = {}) =>
    bench.send({ type: 'move', at: imagePoint(x, y), way: [imagePoint(x, y)], ...NOTHING_HELD, ...held })
  const up = (x: number, y: number, held: Partial<Held> = {}) =>
    bench.send({ type: 'up', at: imagePoint(x, y), ...NOTHING_HELD, ...held })
  const click = (x: number, y: number, held: Partial<Held> = {}) => {
    down(x, y, held)
    up(x, y, held)
  }
  const drag = (...way: [number, number][]) => {
    down(...way[0]!)
    for (const point of way.slice(1)) move(...point)
    up(...way.at(-1)!)
  }
  const areaOf = (id: string) => m.areaOf(shown.content!.truth.find((t) => t.id === id)?.rle ?? m.EMPTY_RLE)
  return {
    bench,
    shown,
    camera,
    plans,
    targets,
    refusals,
    notes,
    selected,
    tools,
    picks,
    reached,
    down,
    move,
    up,
    click,
    drag,
    areaOf,
  }
}

export const ids = (selection: readonly InstanceRef[]) => selection.map(({ id }) => id)
