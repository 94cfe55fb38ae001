import type { Raster } from '../raster/raster.ts'
import type { RasterTile } from '../raster/tile.ts'
import { TILE } from '../raster/tile.ts'
import type { Frame } from './fit.ts'
import { drawPicture } from './fit.ts'

const surfaces = new WeakMap<RasterTile, OffscreenCanvas>()

/** The tile's colours as a canvas; only what changed since the last time is copied. */
function surfaceOf(tile: RasterTile): OffscreenCanvas {
  const known = surfaces.get(tile)
  const surface = known ?? new OffscreenCanvas(TILE, TILE)
  if (!known) surfaces.set(tile, surface)
  const dirty = tile.takeDirty()
  const context = surface.getContext('2d')
  if (dirty && context) {
    const data = new ImageData(tile.rgba, TILE, TILE)
    context.putImageData(data, 0, 0, dirty.x, dirty.y, dirty.width, dirty.height)
  }
  return surface
}

/** Draws the filled instances of a raster. @param opacity 0..1 */
export function drawRaster(
  context: CanvasRenderingContext2D,
  raster: Raster,
  frame: Frame,
  opacity: number,
): void {
  if (opacity <= 0) return
  context.globalAlpha = opacity
  for (const tile of raster.tilesIn(frame.visible)) {
    drawPicture(context, { image: surfaceOf(tile), width: TILE, height: TILE }, tile.box, frame, 'always')
  }
  context.globalAlpha = 1
}
