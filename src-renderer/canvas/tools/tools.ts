import type { ToolName } from '../api.ts'
import { boxTool } from './box.ts'
import { knifeTool } from './knife.ts'
import { brushTool, eraserTool } from './paint.ts'
import { acceptTool, mergeTool, rejectTool } from './pick.ts'
import { polygonTool } from './polygon.ts'
import { selectTool } from './select.ts'
import type { RunningTool, Tool } from './tool.ts'
import { PLAIN, run } from './tool.ts'

/** The pointer moves the image itself; the camera sees to that. */
const panTool: Tool<null> = {
  start: null,
  step: (state, event) => (event.type === 'escape' ? { state, leave: true } : { state }),
  view: () => ({ ...PLAIN, cursor: 'grab', hint: 'Drag the image' }),
}

const START: Record<ToolName, () => RunningTool> = {
  select: () => run(selectTool),
  pan: () => run(panTool),
  brush: () => run(brushTool),
  eraser: () => run(eraserTool),
  polygon: () => run(polygonTool),
  box: () => run(boxTool),
  knife: () => run(knifeTool),
  merge: () => run(mergeTool),
  accept: () => run(acceptTool),
  reject: () => run(rejectTool),
}

/** Starts a tool afresh. */
export function startTool(name: ToolName): RunningTool {
  return START[name]()
}
