import type { Canvas, CanvasOptions } from './api.ts'
import { CanvasController } from './canvas.ts'

/** The canvas as its window sees it. */
export * from './api.ts'
export type { InstanceRef } from './instance-ref.ts'
export { toEdited, type Target } from './target.ts'
export { isPlainTone, PLAIN_TONE, type ByteTables, type Stretch, type Tone, type TriedRange } from './tone.ts'
export { TOOLS, TOOL_NAMES, type ToolName } from './tools/registry.ts'
export type { Icon, ToolEntry } from './tools/tool.ts'

/**
 * Puts a canvas into `host`, which it fills and whose size it follows. The host is positioned and can take the focus; its background is the
 * surround of the image.
 */
export function createCanvas(host: HTMLElement, options: CanvasOptions): Canvas {
  return new CanvasController(host, options).api()
}
