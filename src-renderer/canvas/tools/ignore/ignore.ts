import { planIgnore } from '../../../../src-main/core/edit/edit.ts'
import { outlineTool } from '../polygon/polygon.ts'
import type { ToolEntry } from '../tool.ts'
import { run } from '../tool.ts'

const OF_TRUTH = 'Areas to ignore belong to truth. Mend the label, not the prediction, to draw one.'

/** An area where nobody can tell, drawn as a polygon is. */
export const ignore: ToolEntry = {
  title: 'Area to ignore: where nobody can tell',
  key: 'I',
  icon: [
    ['rect', { x: '3', y: '3', width: '18', height: '18', rx: '2' }],
    ['path', { d: 'M3 12 12 3' }],
    ['path', { d: 'M3 20 20 3' }],
    ['path', { d: 'M12 21l9-9' }],
  ],
  cursor: 'crosshair',
  handles: true,
  refusesDrafts: OF_TRUTH,
  make: () =>
    run(
      outlineTool({
        plan: (corners, context) =>
          context.edited === 'truth' ? planIgnore(context.content, corners, context) : { refusal: OF_TRUTH },
        hint: 'Click the first corner, or draw around the area',
      }),
    ),
}
