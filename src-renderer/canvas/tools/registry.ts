import { box } from './box/box.ts'
import { brush } from './brush/brush.ts'
import { eraser } from './eraser/eraser.ts'
import { ignore } from './ignore/ignore.ts'
import { knife } from './knife/knife.ts'
import { lasso } from './lasso/lasso.ts'
import { merge } from './merge/merge.ts'
import { polygon } from './polygon/polygon.ts'
import { ruler } from './ruler/ruler.ts'
import { smart } from './smart/smart.ts'
import { select } from './select/select.ts'
import { wand } from './wand/wand.ts'
import type { ToolEntry } from './tool.ts'

/** All tools by their ids, in the order of the tool bar. */
export const TOOLS = {
  select,
  lasso,
  brush,
  eraser,
  polygon,
  box,
  wand,
  smart,
  knife,
  merge,
  ignore,
  ruler,
} as const satisfies Record<string, ToolEntry>

export type ToolName = keyof typeof TOOLS

function isTool(name: string): name is ToolName {
  return name in TOOLS
}

export const TOOL_NAMES: readonly ToolName[] = Object.keys(TOOLS).filter(isTool)
